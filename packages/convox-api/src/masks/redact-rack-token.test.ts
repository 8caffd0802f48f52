import { describe, expect, test } from 'vitest'
import { redactRackToken } from './redact-rack-token.ts'

describe('the rack’s token in a text', () => {
  test('is replaced every time', () => {
    expect(redactRackToken('RACK_URL=https://convox:rackpass@api rackpass', 'rackpass')).toBe(
      'RACK_URL=https://convox:[rack token]@api [rack token]',
    )
  })

  test.each([
    ['without encoding', 'a/b+c<d'],
    ['escaped for a query', 'a%2Fb%2Bc%3Cd'],
    ['escaped in lower case', 'a%2fb%2bc%3cd'],
    ['escaped by Go for a URL', 'a%2Fb+c%3Cd'],
    ['in the rack’s JSON', 'a/b+c\\u003cd'],
  ])('is found %s', (_, spelling) => {
    expect(redactRackToken(`x${spelling}y`, 'a/b+c<d')).toBe('x[rack token]y')
  })

  test('is not replaced if it is empty', () => {
    expect(redactRackToken('text', '')).toBe('text')
  })
})
