import { expect, test } from 'vitest'
import { settle } from './settle.ts'

test('a process is settled when it takes almost no processor time', async () => {
  const micros = [0, 200_000, 300_000, 301_000, 999_000]
  await settle({ cpuMicros: async () => micros.shift() ?? 0 }, async () => {})
  expect(micros).toEqual([999_000])
})

test('a process that never settles is not waited for', async () => {
  const waits: number[] = []
  const cpuMicros = async () => waits.length * 250_000
  await settle({ cpuMicros }, async (milliseconds) => void waits.push(milliseconds))
  expect(waits).toHaveLength(20)
})
