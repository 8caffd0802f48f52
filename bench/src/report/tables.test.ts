import { expect, test } from 'vitest'
import { subjectNames } from '../subject-names.ts'
import { measurement } from '../testing/measurement.ts'
import { workloads } from '../workloads/index.ts'
import { summarize } from './summary.ts'
import { report, targetTable } from './tables.ts'
import { compareWithTargets } from './targets.ts'

const { undici, httpProxy, durable, nginx } = subjectNames
const only = (name: string) => workloads.filter((workload) => workload.name === name)

test('the tables show medians, spread, ratios and the time of each process', () => {
  const writer = { records: { wanted: 900, achieved: 880 }, commits: { wanted: 90, achieved: 88 } }
  const text = report(
    only('listApps'),
    summarize([
      measurement({ subject: durable, round: 1, perSecond: 500 }),
      measurement({ subject: httpProxy, round: 1, perSecond: 1_000, writer }),
      measurement({ subject: undici, round: 1, perSecond: 2_000, writer }),
    ]),
  )
  expect(text).toContain('## GET /apps, 2 KB: 32 connections')
  expect(text).toContain('| undici.stream | 2000 (2000–2000) | 2.00 (2.00–2.00) | 1.00 (1.00–1.00) | – |')
  expect(text).toContain(
    '| undici.stream | 100 (100–100) | 20 (20–20) | 30 (30–30) | 10 (10–10) | 0 (0–0) | 880 (880–880) of 900 | 88 (88–88) of 90 |',
  )
  expect(text).toContain('records itself | 25 % | 50 % |')
  expect(text.indexOf('| undici.stream')).toBeLessThan(text.indexOf('| gateway'))
})

test('transfers show megabytes, memory and milliseconds of 100 MB', () => {
  const part = { workload: 'buildsExport', load: '1 transfer', connections: 1, round: 1 }
  const text = report(only('buildsExport'), summarize([measurement({ ...part, subject: nginx, perSecond: 800 })]))
  expect(text).toContain('| subject | MB/s |')
  expect(text).toContain('| nginx | 800 (800–800) | – | – | 1.00 (1.00–1.00) | 1.0 (1.0–1.0) |')
  expect(text).toContain('| nginx | 10 (10–10) | 2 (2–2) |')
})

test('figures without pinned processes say so', () => {
  const loose = measurement({ subject: undici, round: 1, perSecond: 1, stolenShare: null, otherCoreBusy: null })
  expect(report(only('listApps'), summarize([loose]))).toContain('not pinned')
})

test('a target that was not measured is neither met nor missed', () => {
  expect(targetTable(compareWithTargets([]))).toContain('| stretch: ≥ 0.8 × undici.stream | not measured | – |')
})
