import { expect, test } from 'vitest'
import { readArguments } from './arguments.ts'
import { works } from './works/index.ts'

test('without names all is measured, in three rounds', () => {
  expect(readArguments([], works)).toEqual({ works, rounds: 3 })
})

test('names choose, in the order of the tables', () => {
  const { works: chosen, rounds } = readArguments(['upload', 'listApps', '--rounds', '1'], works)
  expect([chosen.map(({ name }) => name), rounds]).toEqual([['listApps', 'upload'], 1])
})

test.each([
  [['nothing'], 'there is no work nothing; there are listApps, releaseList, change'],
  [['--rounds', '0'], 'a number from 1 to 20'],
  [['--rounds', 'x'], 'a number from 1 to 20'],
  [['--quick'], 'quick'],
])('%j is refused', (args, message) => {
  expect(() => readArguments(args, works)).toThrow(message)
})

test('no two works have the same name', () => {
  expect(new Set(works.map(({ name }) => name)).size).toBe(works.length)
})
