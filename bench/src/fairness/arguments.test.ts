import { expect, test } from 'vitest'
import { readArguments } from './arguments.ts'

const all = ['cookies', 'matrix', 'everything']

test.each([
  [[], { rounds: 3, names: all }],
  [['1'], { rounds: 1, names: all }],
  [['2', 'everything', 'cookies'], { rounds: 2, names: ['cookies', 'everything'] }],
])('%j', (args, expected) => {
  expect(readArguments(args, all)).toEqual(expected)
})

test.each([
  [['0'], 'from 1 to 20, not 0'],
  [['1.5'], 'from 1 to 20, not 1.5'],
  [['21'], 'from 1 to 20, not 21'],
  [['cookies'], 'from 1 to 20, not cookies'],
  [['1', 'nothing'], 'There is no flood nothing. There are: cookies, matrix, everything.'],
])('%j is refused', (args, message) => {
  expect(() => readArguments(args, all)).toThrow(message)
})
