import { expect, test } from 'vitest'
import { definePolicy } from './define-policy.ts'
import type { PolicyDefinition } from './types.ts'

const evaluate = () => null

test('a definition is frozen, with its deadline', () => {
  const policy = definePolicy({ name: 'freeze', evaluate })
  expect(policy).toEqual({ name: 'freeze', evaluate, timeoutMs: 2_000 })
  expect(Object.isFrozen(policy)).toBe(true)
  expect(definePolicy(policy)).toEqual(policy)
})

test.each<[unknown, string]>([
  [undefined, 'it should be an object'],
  [() => null, 'it should be an object'],
  [{ evaluate }, 'its name should be 1 to 40'],
  [{ name: 'Freeze', evaluate }, 'its name should be 1 to 40'],
  [{ name: '../freeze', evaluate }, 'its name should be 1 to 40'],
  [{ name: 'a'.repeat(41), evaluate }, 'its name should be 1 to 40'],
  [{ name: 'freeze' }, 'its evaluate should be a function'],
  [{ name: 'freeze', evaluate, timeoutMs: 9 }, 'its timeoutMs should be a whole number from 10 to 10000'],
  [{ name: 'freeze', evaluate, timeoutMs: 10_001 }, 'its timeoutMs'],
  [{ name: 'freeze', evaluate, timeoutMs: 20.5 }, 'its timeoutMs'],
  [{ name: 'freeze', evaluate, register: {} }, 'its register should be a function'],
  [{ name: 'freeze', evaluate, close: true }, 'its close should be a function'],
  [{ name: 'freeze', evaluate, evalute: evaluate }, '"evalute" is not known here: did you mean evaluate?'],
])('%j is refused: %s', (definition, problem) => {
  expect(() => definePolicy(definition as PolicyDefinition)).toThrow(problem)
})

test('every problem is reported at once', () => {
  expect(() => definePolicy({} as PolicyDefinition)).toThrow(/its name .*; its evaluate/)
})
