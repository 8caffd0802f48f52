import { expect, test } from 'vitest'
import { checkState, checksByState } from './checks.ts'

const check = { name: 'audit', ready: true, detail: 'writing', remedy: null }

test.each([
  [{}, 'Healthy'],
  [{ remedy: 'Set something.' }, 'Needs attention'],
  [{ ready: false, remedy: 'Start it.' }, 'Not ready'],
  [{ ready: false }, 'Not ready'],
])('%j is %s', (changes, word) => {
  expect(checkState({ ...check, ...changes }).word).toBe(word)
})

test('failed checks come first, then checks with a remedy', () => {
  const checks = [check, { ...check, name: 'proxies', remedy: 'r' }, { ...check, name: 'database', ready: false }]
  expect(checksByState(checks).map(({ name }) => name)).toEqual(['database', 'proxies', 'audit'])
})
