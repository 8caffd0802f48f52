import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { countRead, waitForReadTurn } from './read-turns.ts'

test('reads of one turn must wait after two milliseconds, whichever relay they are of', () => {
  expect([countRead(10, 11), countRead(11, 12), countRead(12.5, 12.6)]).toEqual([false, false, true])
  expect(countRead(20, 21)).toBe(false)
})

test('one read that waits continues in each turn', async () => {
  const continued: number[] = []
  for (const number of [1, 2, 3]) waitForReadTurn(() => continued.push(number))
  expect(continued).toEqual([])
  for (const expected of [[1], [1, 2], [1, 2, 3]]) {
    await nextTurn()
    expect(continued).toEqual(expected)
  }
})
