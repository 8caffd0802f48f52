import { describe, expect, test } from 'vitest'
import { InvalidResult, readResult } from './objection.ts'

const deny = { effect: 'deny', rule: 'frozen', reason: 'Frozen.', next: 'Wait.' }

describe('the result of a package', () => {
  test.each([null, undefined])('%s is no objection', (response) => {
    expect(readResult(response)).toBeNull()
  })

  test('is copied without additional fields', () => {
    expect(readResult({ ...deny, policy: 'mine', roles: ['admin'] })).toEqual(deny)
    const needs = { ...deny, effect: 'require', requirement: 'approval', request: 'production-deploy' }
    expect(readResult(needs)).toEqual(needs)
  })

  test.each([
    true,
    'deny',
    0,
    {},
    [],
    { ...deny, effect: 'allow' },
    { ...deny, effect: 'require' },
    { ...deny, effect: 'require', requirement: 'luck' },
    { ...deny, effect: 'require', requirement: 'approval' },
    { ...deny, effect: 'require', requirement: 'approval', request: 7 },
    { ...deny, effect: 'require', requirement: 'approval', request: '' },
    { ...deny, effect: 'require', requirement: 'approval', request: 'No rule' },
    { ...deny, rule: 'Frozen' },
    { ...deny, rule: 'a:b' },
    { ...deny, rule: '' },
    { ...deny, rule: undefined },
    { ...deny, reason: '' },
    { ...deny, reason: ' \n' },
    { ...deny, reason: 7 },
    { ...deny, next: undefined },
  ])('is not %j', (response) => {
    expect(() => readResult(response)).toThrow(InvalidResult)
  })

  test('has sentences of one line with only printable text', () => {
    const reason = ' 50% off:\n\tred \u001b[31m text \u202e turned \ud800 and %s '
    expect(readResult({ ...deny, reason })?.reason).toBe('50 percent off: red ?[31m text ? turned ? and percents')
    expect(readResult({ ...deny, reason: 'Gelände ist gesperrt: 凍結 ❄' })?.reason).toBe('Gelände ist gesperrt: 凍結 ❄')
    expect(readResult({ ...deny, next: 'x'.repeat(501) })?.next).toBe(`${'x'.repeat(500)}…`)
  })
})
