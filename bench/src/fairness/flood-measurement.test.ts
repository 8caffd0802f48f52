import { expect, test } from 'vitest'
import {
  bounds,
  emptyMeasurement,
  exceededBounds,
  type FloodMeasurement,
  growthOf,
  largestGrowth,
} from './flood-measurement.ts'
import type { FloodCounts } from './flood-processes.ts'
import { fairnessTable } from './report.ts'

const none = { heap: 0, external: 0, arrayBuffers: 0 }
const calm = { latencies: [1, 2, 3], errors: [] }
const slow = { latencies: [500], errors: [] }

function measurement(part: Partial<FloodMeasurement>): FloodMeasurement {
  const run = { idle: [calm], flooded: [calm], direct: [calm], growth: none, peak: 1 }
  return { ...emptyMeasurement(), ...run, ...part }
}

test.each([
  [{}, []],
  [{ ends: 1 }, ['process']],
  [{ flooded: [calm, { latencies: [], errors: ['503'] }] }, ['errors']],
  [{ idle: [{ latencies: [], errors: ['no response'] }] }, ['errors']],
  [{ peak: bounds.containerBytes }, []],
  [{ peak: bounds.containerBytes + 1 }, ['peak memory']],
  [{ peak: null, growth: null }, []],
  [{ growth: { ...none, heap: bounds.growthBytes } }, []],
  [{ growth: { ...none, heap: bounds.growthBytes + 1 } }, ['growth']],
  [{ growth: { ...none, arrayBuffers: bounds.growthBytes + 1 } }, ['growth']],
  [{ flooded: [slow] }, []],
])('%j exceeds %j', (part, exceeded) => {
  expect(exceededBounds(measurement(part))).toEqual(exceeded)
})

test('growth is the largest of each kind of memory', () => {
  const growth = growthOf({ heap: 10, external: 10, arrayBuffers: 10 }, { heap: 15, external: 5, arrayBuffers: 10 })
  expect(growth).toEqual({ heap: 5, external: -5, arrayBuffers: 0 })
  expect(largestGrowth(null, growth)).toEqual(growth)
  expect(largestGrowth(growth, none)).toEqual({ heap: 5, external: 0, arrayBuffers: 0 })
})

test('the table says which bound is missed, and reports a slow 99th percentile separately', () => {
  const counts: readonly FloodCounts[] = [
    { statuses: { 200: 1 }, received: 0 },
    { statuses: { 200: 2, 429: 1 }, received: 1_024 * 1_024 },
  ]
  const [, , met, ended] = fairnessTable(
    new Map([
      ['slow', measurement({ flooded: [slow], counts: [...counts] })],
      ['fatal', measurement({ ends: 2, growth: null, flooded: [{ latencies: [], errors: ['a', 'a'] }] })],
    ]),
  ).split('\n')
  expect(met).toBe(
    '| slow | met | lives | none | 2.0, 3.0 | 500.0, 500.0 | missed | 2.0, 3.0 | 0 MiB | 0, 0, 0 MiB | 3 × 200, 1 × 429, 1 MiB |',
  )
  expect(ended).toContain('| MISSED: process, errors | ENDED 2 × | 2 × a | 2.0, 3.0 | no responses | missed |')
})

test('calls that fail without a flood are errors, and do not raise the bound of the 99th percentile', () => {
  const idle = [{ latencies: [], errors: ['no response'] }]
  const [, , row] = fairnessTable(new Map([['slow', measurement({ idle, flooded: [slow] })]])).split('\n')
  expect(row).toContain('| none; without: 1 × no response | no responses | 500.0, 500.0 | missed |')
})
