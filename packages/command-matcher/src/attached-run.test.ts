import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { attachedRunSeconds } from './attached-run.ts'

describe("an attached run's POST", () => {
  test.each([
    ['sleep 1', 1],
    ['sleep 60', 60],
    ['sleep 3600', 3600],
    ['sleep 86400', 86_400],
  ])('%s starts an attached run', (text, seconds) => {
    expect(attachedRunSeconds(text)).toBe(seconds)
  })

  test.each([
    '',
    'sleep',
    'sleep ',
    'sleep 0',
    'sleep -1',
    'sleep 01',
    'sleep 86401',
    'sleep 99999',
    'sleep 100000',
    'sleep 1e3',
    'sleep 1.5',
    'sleep 1h',
    'sleep infinity',
    'sleep  1',
    'sleep\t1',
    ' sleep 1',
    'sleep 1 ',
    'sleep 1\n',
    'sleep 1 2',
    'sleep 1; sh',
    'Sleep 1',
    '/bin/sleep 1',
    "'sleep' 1",
    'sleep ١',
    'sleep １',
    'sleep\u00a01',
  ])('%j does not', (text) => {
    expect(attachedRunSeconds(text)).toBeNull()
  })

  test('only sleep and a number start an attached run', () => {
    fc.assert(
      fc.property(fc.string(), fc.string({ minLength: 1 }), (before, after) => {
        fc.pre(!/^[0-9]+$/.test(after))
        expect(attachedRunSeconds(`${before}sleep 10${after}`)).toBeNull()
      }),
    )
  })
})
