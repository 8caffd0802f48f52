import { expect, test } from 'vitest'
import { createMfaChoice } from './mfa-choice.ts'

test('a code is given once', () => {
  const choice = createMfaChoice(null, '123456')
  expect(choice.hasCode).toBe(true)
  expect([choice.takeCode(), choice.takeCode(), choice.hasCode]).toEqual(['123456', null, false])
})

test('the first code counts, and an empty one is none', () => {
  expect(createMfaChoice(null, null, undefined, '', 'a', 'b').takeCode()).toBe('a')
  expect(createMfaChoice('totp', '').hasCode).toBe(false)
})
