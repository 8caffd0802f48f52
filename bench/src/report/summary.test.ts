import { expect, test } from 'vitest'
import { subjectNames } from '../subject-names.ts'
import { measurement } from '../testing/measurement.ts'
import { summarize } from './summary.ts'

const { httpProxy, rack, durable, undici } = subjectNames

test('a ratio compares measurements of the same round, so that a slow minute does not change it', () => {
  const [, slow] = summarize([
    measurement({ subject: httpProxy, round: 1, perSecond: 1_000 }),
    measurement({ subject: durable, round: 1, perSecond: 500 }),
    measurement({ subject: httpProxy, round: 2, perSecond: 10 }),
    measurement({ subject: durable, round: 2, perSecond: 5 }),
  ])
  expect(slow?.ratios[httpProxy]).toEqual({ median: 0.5, min: 0.5, max: 0.5 })
})

test('the added time is a difference within a round', () => {
  const summaries = summarize([
    measurement({ subject: rack, round: 1, perSecond: 1, p50: 0.1 }),
    measurement({ subject: durable, round: 1, perSecond: 1, p50: 1.1 }),
    measurement({ subject: rack, round: 2, perSecond: 1, p50: 5 }),
    measurement({ subject: durable, round: 2, perSecond: 1, p50: 5.5 }),
  ])
  expect(summaries[1]?.addedToRack).toEqual({ median: 0.75, min: 0.5, max: 1 })
})

test('other loads and other workloads are not mixed', () => {
  const summaries = summarize([
    measurement({ subject: durable, round: 1, perSecond: 1_000 }),
    measurement({ subject: durable, round: 1, perSecond: 10, connections: 1 }),
    measurement({ subject: durable, round: 1, perSecond: 5, workload: 'change' }),
  ])
  expect(summaries.map(({ workload, connections, perSecond }) => [workload, connections, perSecond.median])).toEqual([
    ['listApps', 32, 1_000],
    ['listApps', 1, 10],
    ['change', 32, 5],
  ])
})

test('a baseline that was not measured gives no figure', () => {
  const [summary] = summarize([measurement({ subject: durable, round: 1, perSecond: 1 })])
  expect(summary?.ratios[undici]).toBeNull()
  expect(summary?.addedToRack).toBeNull()
})

test('a figure that is missing in one round is missing', () => {
  const [summary] = summarize([
    measurement({ subject: durable, round: 1, perSecond: 1 }),
    measurement({ subject: durable, round: 2, perSecond: 1, memoryGrown: null }),
  ])
  expect(summary?.memoryGrown).toBeNull()
})
