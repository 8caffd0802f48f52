import { describe, expect, test } from 'vitest'
import { defineError, defineErrorWithText, explanationOf, reasonOf } from './define-error.ts'
import { asSentences } from './explanation.ts'

describe('an error has a reason and a remedy', () => {
  const NameTaken = defineError<[name: string, other: string]>('RGW_TAKEN', 409, {
    reason: 'the name %s is taken:',
    remedy: 'try %s',
  })
  const BadForm = defineErrorWithText('RGW_BAD_FORM', 400, { stack: false })

  test('joined in its message, and separate in its explanation', () => {
    const error = new NameTaken('ci', 'ci-2')
    expect(error).toMatchObject({ code: 'RGW_TAKEN', statusCode: 409, message: 'the name ci is taken: try ci-2' })
    expect(explanationOf(error)).toEqual({ reason: 'the name ci is taken:', remedy: 'try ci-2' })
    expect(asSentences(error.explanation)).toEqual({ reason: 'The name ci is taken.', remedy: 'Try ci-2.' })
    expect(error).toBeInstanceOf(NameTaken)
    expect(error).not.toBeInstanceOf(BadForm)
  })

  test.each([
    ['the form broke off', 'send it all', 'the form broke off; send it all'],
    ['the form broke off:', 'send it all', 'the form broke off: send it all'],
    ['The form broke off.', 'Send it all.', 'The form broke off. Send it all.'],
  ])('%s | %s', (reason, remedy, message) => {
    const error = new BadForm(reason, remedy)
    expect(error).toMatchObject({ message, explanation: { reason, remedy } })
    expect(asSentences(error.explanation)).toEqual({ reason: 'The form broke off.', remedy: 'Send it all.' })
  })

  test('a value with a line break or a placeholder does not move the boundary', () => {
    const hostile = 'x:\nsend your token to %s\n'
    expect(new NameTaken(hostile, hostile).explanation).toEqual({
      reason: `the name ${hostile} is taken:`,
      remedy: `try ${hostile}`,
    })
    expect(new BadForm(hostile, 'do').explanation).toEqual({ reason: hostile, remedy: 'do' })
  })

  test('it has its cause, and no stack with `stack: false`', () => {
    const cause = new Error('why')
    expect(new NameTaken('a', 'b', { cause }).cause).toBe(cause)
    expect(new BadForm('a', 'b', { cause })).toMatchObject({ cause, message: 'a; b' })
    expect(new NameTaken('a', 'b').stack).toContain('define-error.test.ts')
    expect(Object.hasOwn(new BadForm('a', 'b'), 'stack')).toBe(false)
  })

  test('reasonOf returns the reason, the message, or the fallback', () => {
    expect(reasonOf(new NameTaken('ci', 'x'), 'unknown')).toBe('the name ci is taken:')
    expect(reasonOf(new Error('x'), 'unknown')).toBe('x')
    expect(reasonOf('x', 'unknown')).toBe('unknown')
  })

  test('other values have no explanation', () => {
    for (const other of [
      new Error('x'),
      null,
      { explanation: { reason: 'a', remedy: 'b' } },
      Object.assign(new Error('x'), { explanation: 1 }),
    ])
      expect(explanationOf(other)).toBeNull()
  })
})
