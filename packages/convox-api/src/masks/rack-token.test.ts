import { describe, expect, test } from 'vitest'
import { scrubToken } from './rack-token.ts'

describe('the rack’s token in a text', () => {
  test('is replaced, each time', () => {
    expect(scrubToken('RACK_URL=https://convox:rackpass@api rackpass', 'rackpass')).toBe(
      'RACK_URL=https://convox:[rack token]@api [rack token]',
    )
  })

  test.each([
    ['as it is', 'a/b+c<d'],
    ['escaped for a query', 'a%2Fb%2Bc%3Cd'],
    ['escaped in lower case', 'a%2fb%2bc%3cd'],
    ['escaped by Go for an address', 'a%2Fb+c%3Cd'],
    ['in the rack’s JSON', 'a/b+c\\u003cd'],
  ])('is found %s', (_, spelling) => {
    expect(scrubToken(`x${spelling}y`, 'a/b+c<d')).toBe('x[rack token]y')
  })

  test('that is empty replaces nothing', () => {
    expect(scrubToken('text', '')).toBe('text')
  })
})
