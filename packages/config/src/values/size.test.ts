import { expect, test } from 'vitest'
import { readSize, sizeProblem } from './size.ts'

test('a size has its unit', () => {
  expect(['1MiB', '500GiB', '2TiB'].map(readSize)).toEqual([1_048_576, 536_870_912_000, 2_199_023_255_552])
})

test.each(['', '0GiB', '5', '5GB', '-1GiB', '1.5GiB', '1 GiB', '1000000GiB', 'GiB', '1gib'])(
  '%j is not a size',
  (text) => {
    expect([readSize(text), sizeProblem(text)]).toEqual([null, expect.stringContaining('is not a size')])
  },
)
