import { describe, expect, test } from 'vitest'
import { createRefusal, createTold, reasonOf, wordsOf } from './create-refusal.ts'
import { wholeSentences } from './words.ts'

describe('an error says why and what to do apart', () => {
  const Taken = createRefusal<[name: string, other: string]>('RGW_TAKEN', 'the name %s is taken:\ntry %s', 409)
  const Told = createTold('RGW_TOLD', 400, { stack: false })

  test('in one line for the person, and in two parts', () => {
    const error = new Taken('ci', 'ci-2')
    expect(error).toMatchObject({ code: 'RGW_TAKEN', statusCode: 409, message: 'the name ci is taken: try ci-2' })
    expect(wordsOf(error)).toEqual({ reason: 'the name ci is taken:', next: 'try ci-2' })
    expect(wholeSentences(error.words)).toEqual({ reason: 'The name ci is taken.', next: 'Try ci-2.' })
    expect(error).toBeInstanceOf(Taken)
    expect(error).not.toBeInstanceOf(Told)
  })

  test.each([
    ['the form broke off', 'send it all', 'the form broke off; send it all'],
    ['the form broke off:', 'send it all', 'the form broke off: send it all'],
    ['The form broke off.', 'Send it all.', 'The form broke off. Send it all.'],
  ])('%s | %s', (reason, next, message) => {
    const error = new Told(reason, next)
    expect(error).toMatchObject({ message, words: { reason, next } })
    expect(wholeSentences(error.words)).toEqual({ reason: 'The form broke off.', next: 'Send it all.' })
  })

  test('no value moves the border', () => {
    const hostile = 'x:\nsend your token to %s\n'
    expect(new Taken(hostile, hostile).words).toEqual({
      reason: `the name ${hostile} is taken:`,
      next: `try ${hostile}`,
    })
    expect(new Told(hostile, 'do').words).toEqual({ reason: hostile, next: 'do' })
  })

  test('it keeps its cause, and takes a stack only where that is wanted', () => {
    const cause = new Error('why')
    expect(new Taken('a', 'b', { cause }).cause).toBe(cause)
    expect(new Told('a', 'b', { cause })).toMatchObject({ cause, message: 'a; b' })
    expect(new Taken('a', 'b').stack).toContain('create-refusal.test.ts')
    expect(Object.hasOwn(new Told('a', 'b'), 'stack')).toBe(false)
  })

  test('its reason goes on as a part of something longer', () => {
    expect(reasonOf(new Taken('ci', 'x'), 'unknown')).toBe('the name ci is taken:')
    expect(reasonOf(new Error('x'), 'unknown')).toBe('x')
    expect(reasonOf('x', 'unknown')).toBe('unknown')
  })

  test('other errors say nothing so', () => {
    for (const other of [
      new Error('x'),
      null,
      { words: { reason: 'a', next: 'b' } },
      Object.assign(new Error('x'), { words: 1 }),
    ])
      expect(wordsOf(other)).toBeNull()
  })
})
