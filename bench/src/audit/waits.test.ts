import { setTimeout } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { closedLoop, openLoop } from './waits.ts'

test('a closed loop keeps its callers busy until the end', async () => {
  let atOnce = 0
  let most = 0
  const waits = await closedLoop(
    async () => {
      most = Math.max(most, ++atOnce)
      await setTimeout(2)
      atOnce--
    },
    4,
    50,
  )
  expect(most).toBe(4)
  expect(waits.perSecond).toBeGreaterThan(4)
  expect(waits.p50).toBeLessThanOrEqual(waits.p99)
})

test('an open loop counts waits from the scheduled time, also during a pause', async () => {
  let number = 0
  const waits = await openLoop(
    async () => {
      if (number++ === 0) for (const until = performance.now() + 40; performance.now() < until; );
    },
    1_000,
    50,
  )
  expect(number).toBe(50)
  expect(waits.max).toBeGreaterThanOrEqual(35)
})
