import { describe, expect, test } from 'vitest'
import { compileReasonPattern } from './reason-pattern.ts'

function matches(pattern: string, text: string): boolean {
  const compiled = compileReasonPattern(pattern)
  if ('problem' in compiled) throw new Error(compiled.problem)
  return compiled.matches(text)
}

describe('the pattern of a reason', () => {
  test.each([
    ['^[A-Z]+-\\d+( .*)?$', 'OPS-12', true],
    ['^[A-Z]+-\\d+( .*)?$', 'OPS-12 the queue is stuck', true],
    ['^[A-Z]+-\\d+( .*)?$', 'the queue is stuck, OPS-12', false],
    ['OPS-\\d+', 'OPS-12', true],
    ['OPS-\\d+', 'see OPS-12', false],
    ['OPS-\\d+', 'OPS-12\n', false],
    ['a|ab', 'ab', true],
    ['größe .+', 'größe 😀', true],
  ])('%j matches the whole of %j: %s', (pattern, text, expected) => {
    expect(matches(pattern, text)).toBe(expected)
  })

  test.each(['(a+)+$', '(a|a)*b', '(x+x+)+y', '(.*)*(.*)*(.*)*!', '(((((a*)*)*)*)*)*b', '(.*a){10}'])(
    '%s, which backtracking would never finish, is decided',
    (pattern) => {
      expect(matches(pattern, `${'a'.repeat(500)}?`)).toBe(false)
    },
  )

  test.each([
    ['(?=OPS).*', /is not in the syntax of RE2/],
    ['(?<!x)y', /is not in the syntax of RE2/],
    ['(a)\\1', /is not in the syntax of RE2/],
    ['[A-Z', /RE2.+missing closing/],
    ['a**', /is not in the syntax of RE2/],
    ['a{2000}', /is not in the syntax of RE2/],
    ['((a{1,30}){1,30})b', /too large/],
    ['(?:a?){500}a{500}', /too large/],
    ['', /is empty/],
    ['a'.repeat(201), /more than 200 characters/],
  ])('%s is a problem', (pattern, problem) => {
    expect(compileReasonPattern(pattern)).toEqual({ problem: expect.stringMatching(problem) })
  })
})
