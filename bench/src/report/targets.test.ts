import { expect, test } from 'vitest'
import { subjectNames } from '../subject-names.ts'
import { measurement } from '../testing/measurement.ts'
import { summarize } from './summary.ts'
import { compareWithTargets } from './targets.ts'

const { durable, relaxed, httpProxy, rack, nginx } = subjectNames

function met(...parts: Parameters<typeof measurement>[0][]): Record<string, boolean> {
  const results = compareWithTargets(summarize(parts.map(measurement)))
  return Object.fromEntries(results.flatMap(({ target, met }) => (met === null ? [] : [[target, met]])))
}

test('a share of http-proxy is met from the limit on', () => {
  const peer = { subject: httpProxy, round: 1, perSecond: 1_000 }
  const target = 'GET /apps, durable, 32 connections: ≥ 0.9 × http-proxy'
  expect(met(peer, { subject: durable, round: 1, perSecond: 900 })).toMatchObject({ [target]: true })
  expect(met(peer, { subject: durable, round: 1, perSecond: 899 })).toMatchObject({ [target]: false })
})

test('latency is what is added to the rack, at one connection', () => {
  const one = { round: 1, perSecond: 1, connections: 1 }
  expect(
    met(
      { ...one, subject: rack, p50: 0.1 },
      { ...one, subject: durable, p50: 1.05 },
      { ...one, subject: relaxed, p50: 0.5 },
    ),
  ).toEqual({
    'GET /apps, durable, p50 added to the rack’s at 1 connection: ≤ 1.0 ms': true,
    'GET /apps, relaxed, p50 added to the rack’s at 1 connection: ≤ 0.35 ms': false,
  })
})

test('a change has a limit of its own', () => {
  const one = { workload: 'change', round: 1, perSecond: 1, connections: 1 }
  const results = met({ ...one, subject: rack, p50: 0.1 }, { ...one, subject: durable, p50: 2.05 })
  expect(Object.values(results)).toEqual([true])
})

test('the target for memory applies to the largest round, and the target for throughput is relative to nginx', () => {
  const part = { workload: 'buildsImport', connections: 1, perSecond: 100 }
  const grown = (mebibytes: number) => mebibytes * 1024 * 1024
  expect(
    met(
      { ...part, subject: nginx, round: 1, perSecond: 150 },
      { ...part, subject: durable, round: 1, memoryGrown: grown(1) },
      { ...part, subject: nginx, round: 2, perSecond: 150 },
      { ...part, subject: durable, round: 2, memoryGrown: grown(33) },
      { ...part, subject: nginx, round: 3, perSecond: 150 },
      { ...part, subject: durable, round: 3, memoryGrown: grown(1) },
    ),
  ).toEqual({ 'buildsImport, 1 GiB: ≥ 0.5 × nginx': true, 'buildsImport, 1 GiB: memory grows by ≤ 32 MiB': false })
})
