import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { createRequestScheduler } from './request-scheduler.ts'

function scheduleAll(callers: readonly string[]): string[] {
  const scheduler = createRequestScheduler()
  const started: string[] = []
  for (const caller of callers) scheduler.schedule(caller, () => started.push(caller))
  return started
}

test('a few requests start at once', () => {
  expect(scheduleAll(['ann', 'ann', 'bob'])).toEqual(['ann', 'ann', 'bob'])
})

test('of a burst, each turn of the event loop starts a few requests', async () => {
  const started = scheduleAll(Array.from({ length: 10 }, () => 'ann'))
  const counts = [started.length]
  for (let turn = 0; turn < 3; turn++) {
    await nextTurn()
    counts.push(started.length)
  }
  expect(counts).toEqual([4, 8, 10, 10])
})

test('a caller with one request starts before the rest of a burst of another caller', async () => {
  const started = scheduleAll([...Array.from({ length: 100 }, () => 'ann'), 'bob', 'cy'])
  await nextTurn()
  expect(started.slice(4)).toEqual(['ann', 'bob', 'cy', 'ann'])
})

test('a request that schedules another one does not lengthen the turn', async () => {
  const scheduler = createRequestScheduler()
  let started = 0
  function again(): void {
    started += 1
    scheduler.schedule('ann', again)
  }
  scheduler.schedule('ann', again)
  expect(started).toBe(4)
  await nextTurn()
  expect(started).toBe(8)
})
