import { expect, test } from 'vitest'
import { environmentDifference } from './env-difference.ts'

const kinds = (before: string, after: string) =>
  environmentDifference(before, after).map(({ key, kind }) => `${key} ${kind}`)

test('keys are added, removed, and changed, sorted', () => {
  expect(kinds('B=1\nC=1\nD=1', 'D=2\nA=1\nB=1')).toEqual(['A added', 'C removed', 'D changed'])
})

test('the order of the lines is no difference', () => {
  expect(kinds('A=1\nB=2\n', 'B=2\nA=1')).toEqual([])
})

test('a mask of the same release hides the same value', () => {
  expect(kinds('S=[hidden:R1:mac]', 'S=[hidden:R1:mac]')).toEqual([])
})

test('whether hidden values of two releases differ is unknown', () => {
  expect(kinds('S=[hidden:R1:m1]', 'S=[hidden:R2:m2]')).toEqual(['S unknown'])
})

test('a hidden value that a person replaced has changed', () => {
  expect(kinds('S=[hidden:R1:m1]', 'S=new')).toEqual(['S changed'])
})

test('a hostile key is an ordinary key', () => {
  expect(kinds('constructor=1', '__proto__=1\nconstructor=1')).toEqual(['__proto__ added'])
})
