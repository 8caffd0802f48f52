import { expect, test } from 'vitest'
import { subjectNames } from '../subject-names.ts'
import { measurement } from '../testing/measurement.ts'
import { workloads } from '../workloads/index.ts'
import { summarize } from './summary.ts'
import { allocationTable, comparisonTable, report, targetTable } from './tables.ts'
import { compareWithTargets } from './targets.ts'

const { undici, httpProxy, durable, comparedDurable, nginx, rack } = subjectNames
const cpu = { subject: 100, rack: 20, postgres: 30, load: 10, writer: 0 }
const only = (name: string) => workloads.filter((workload) => workload.name === name)

test('the tables show medians, spread, ratios and the time of each process', () => {
  const writer = { records: { wanted: 900, achieved: 880 }, commits: { wanted: 90, achieved: 88 } }
  const text = report(
    only('listApps'),
    summarize([
      measurement({ subject: durable, round: 1, perSecond: 500 }),
      measurement({ subject: httpProxy, round: 1, perSecond: 1_000, writer }),
      measurement({ subject: undici, round: 1, perSecond: 2_000, writer, cpu: { ...cpu, subject: 50 } }),
    ]),
  )
  expect(text).toContain('## GET /apps, 2 KB: 32 connections')
  expect(text).toContain(
    '| undici.stream | 50 [50 to 50] | 0.50 [0.50 to 0.50] | 1.00 [1.00 to 1.00] | – | 2000 [2000 to 2000] | 2.00 [2.00 to 2.00] | 1.00 [1.00 to 1.00] | – |',
  )
  expect(text).toContain(
    '| undici.stream | 10 [10 to 10], 2 % | 20 [20 to 20], 4 % | 30 [30 to 30], 6 % | 0 [0 to 0], 0 % | 50 % | 25 % | 880 [880 to 880] of 900 | 88 [88 to 88] of 90 |',
  )
  expect(text).toContain('| 50 % | 25 % | records itself | records itself |')
  expect(text.indexOf('| undici.stream')).toBeLessThan(text.indexOf('| gateway'))
})

test('transfers show megabytes, memory and milliseconds of 100 MB', () => {
  const part = { workload: 'buildsExport', load: '1 transfer', connections: 1, round: 1 }
  const text = report(only('buildsExport'), summarize([measurement({ ...part, subject: nginx, perSecond: 800 })]))
  expect(text).toContain('| subject | CPU ms for 100 MB |')
  expect(text).toContain(
    '| nginx | 10 [10 to 10] | – | – | 1.00 [1.00 to 1.00] | 800 [800 to 800] | – | – | 1.00 [1.00 to 1.00] | 1.0 [1.0 to 1.0] |',
  )
  expect(text).toContain('| nginx | 1 [1 to 1], 1 % | 2 [2 to 2], 2 % |')
})

test('figures without pinned processes say so', () => {
  const loose = measurement({ subject: undici, round: 1, perSecond: 1, stolenShare: null, otherCoreBusy: null })
  expect(report(only('listApps'), summarize([loose]))).toContain('not pinned')
})

test('a target that was not measured is neither met nor missed', () => {
  expect(targetTable(compareWithTargets([]))).toContain('| stretch: ≥ 0.8 × undici.stream | not measured | – |')
})

test('the comparison divides this gateway by the compared gateway of the same round', () => {
  const summaries = summarize([
    measurement({ subject: rack, round: 1, perSecond: 1, p50: 1 }),
    measurement({ subject: durable, round: 1, perSecond: 900, p50: 2 }),
    measurement({ subject: comparedDurable, round: 1, perSecond: 600, p50: 3, cpu: { ...cpu, subject: 125 } }),
    measurement({ subject: rack, round: 2, perSecond: 1, p50: 1 }),
    measurement({ subject: durable, round: 2, perSecond: 90, p50: 2 }),
    measurement({ subject: comparedDurable, round: 2, perSecond: 90, p50: 2, cpu: { ...cpu, subject: 100 } }),
  ])
  const text = comparisonTable(summaries, '/there, commit 1234abcd, Node v22.0.0')
  expect(text).toContain('The compared gateway is /there, commit 1234abcd, Node v22.0.0.')
  expect(text).toContain(
    '| listApps, 32 connections | gateway, reads durable | 0.90 [0.80 to 1.00] | 1.25 [1.00 to 1.50] | 0.75 [0.50 to 1.00] |',
  )
  expect(text.split('\n')).toHaveLength(5)
})

test('allocations are in KB and promises for one request', () => {
  const counted = { workload: 'listApps', subject: durable, bytes: 66_123, promises: 53.04 }
  expect(allocationTable([counted])).toContain('| listApps | gateway, reads durable | 66.1 | 53.0 |')
})
