import { expect, test } from 'vitest'
import { createMfaChoice } from './mfa-choice.ts'

test('a code is given once', () => {
  const choice = createMfaChoice({ code: '123456' })
  expect(choice.hasCode).toBe(true)
  expect([choice.takeCode(), choice.takeCode(), choice.hasCode]).toEqual(['123456', null, false])
})

test('the option takes precedence over the environment, and an empty code is ignored', () => {
  expect(createMfaChoice({ code: 'a', environmentCode: 'b' }).takeCode()).toBe('a')
  expect(createMfaChoice({ code: null, environmentCode: 'b' }).takeCode()).toBe('b')
  expect(createMfaChoice({ method: 'totp', environmentCode: '' }).hasCode).toBe(false)
})

test('a passkey needs no code', () => {
  expect(createMfaChoice({ method: 'passkey', environmentCode: 'b' }).hasCode).toBe(false)
  expect(() => createMfaChoice({ method: 'passkey', code: '123456' })).toThrow(
    '--mfa-code and --mfa-method passkey contradict each other. Keep one of them.',
  )
})
