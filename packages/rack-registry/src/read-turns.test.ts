import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { countRead, waitForReadTurn } from './read-turns.ts'

test('reads of one turn must wait after two milliseconds, whichever relay they are of', () => {
  // After all reads of other tests in this process.
  const start = performance.now() + 2
  const count = (began: number, ended: number) => countRead(start + began, start + ended)
  expect([count(0, 0.9), count(0.9, 1.8), count(2.5, 3)]).toEqual([false, false, true])
  expect(count(5, 6)).toBe(false)
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
