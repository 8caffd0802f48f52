import { expect, test } from 'vitest'
import { settle } from './settle.ts'

test('a process is settled when it takes almost no processor time', async () => {
  const micros = [0, 200_000, 300_000, 301_000, 999_000]
  await settle({ process: { cpuMicros: async () => micros.shift() ?? 0 }, gateway: null }, async () => {})
  expect(micros).toEqual([999_000])
})

test('a gateway is settled when it was idle for longer than the time between two checkpoints', async () => {
  let time = 0
  const checkpointAt = 4_900
  const cpuMicros = async () => (time > checkpointAt ? 200_000 : 0)
  await settle({ process: { cpuMicros }, gateway: {} }, async (milliseconds) => {
    time += milliseconds
  })
  expect(time).toBeGreaterThan(checkpointAt + 5_000)
})

test('a process that never settles is not waited for', async () => {
  const waits: number[] = []
  const cpuMicros = async () => waits.length * 250_000
  await settle({ process: { cpuMicros }, gateway: null }, async (milliseconds) => void waits.push(milliseconds))
  expect(waits).toHaveLength(80)
})
