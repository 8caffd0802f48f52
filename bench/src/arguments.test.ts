import { expect, test } from 'vitest'
import { readArguments } from './arguments.ts'
import { workloads } from './workloads/index.ts'

test('without names all is measured, in three rounds', () => {
  expect(readArguments([], workloads)).toEqual({ workloads, rounds: 3, compared: null })
})

test('names select workloads, and the order of the tables stays', () => {
  const { workloads: chosen, rounds } = readArguments(['upload', 'listApps', '--rounds', '1'], workloads)
  expect([chosen.map(({ name }) => name), rounds]).toEqual([['listApps', 'upload'], 1])
})

test.each([
  [['--against', '../other'], { directory: '../other' }],
  [['--node', '/node22/bin/node'], { node: '/node22/bin/node' }],
  [['--node', 'node', '--against', '../other'], { node: 'node', directory: '../other' }],
])('%j compares with another gateway', (args, compared) => {
  expect(readArguments(args, workloads).compared).toEqual(compared)
})

test.each([
  [['nothing'], 'there is no workload nothing; there are listApps, releaseList, change'],
  [['--rounds', '0'], 'a number from 1 to 20'],
  [['--rounds', 'x'], 'a number from 1 to 20'],
  [['--quick'], 'quick'],
])('%j is refused', (args, message) => {
  expect(() => readArguments(args, workloads)).toThrow(message)
})

test('no two workloads have the same name', () => {
  expect(new Set(workloads.map(({ name }) => name)).size).toBe(workloads.length)
})
