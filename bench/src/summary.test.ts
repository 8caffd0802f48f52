import { expect, test } from 'vitest'
import { report } from './report.ts'
import type { Measurement } from './rounds.ts'
import { subjectNames } from './subjects.ts'
import { summarise } from './summary.ts'

function measurement(subject: string, round: number, requestsPerSecond: number, connections = 32): Measurement {
  const times = { p50: 1, p99: 2, cpuMicrosPerRequest: 100, subjectCpu: 1 }
  return { subject, round, connections, requestsPerSecond, ...times, others: 0.25, restBusy: 0.5 }
}

test('a ratio compares rounds of the same time, so that a slow minute falls out', () => {
  const [base, slow] = summarise(
    [
      ...[measurement('base', 1, 1000), measurement('slow', 1, 500)],
      ...[measurement('base', 2, 10), measurement('slow', 2, 5)],
    ],
    ['base'],
  )
  expect(base?.ratios.base).toEqual({ median: 1, min: 1, max: 1 })
  expect(slow?.ratios.base).toEqual({ median: 0.5, min: 0.5, max: 0.5 })
})

test('runs with other numbers of connections are not mixed', () => {
  const summaries = summarise([measurement('base', 1, 1000, 32), measurement('base', 1, 10, 1)], ['base'])
  expect(summaries.map(({ connections, requestsPerSecond }) => [connections, requestsPerSecond.median])).toEqual([
    [32, 1000],
    [1, 10],
  ])
})

test('a baseline that was not measured is an error', () => {
  expect(() => summarise([measurement('a', 1, 1)], ['b'])).toThrow('b was not measured in round 1')
})

test('the table shows medians, spread and what is above undici.stream', () => {
  const figures = [measurement(subjectNames.undici, 1, 2000), measurement(subjectNames.httpProxy, 1, 1000)]
  const text = report(summarise(figures, [subjectNames.httpProxy, subjectNames.undici]))
  expect(text).toContain('32 connections')
  expect(text).toContain('| undici.stream | 2000 (2000–2000) | 2.00 (2.00–2.00) | 1.00 (1.00–1.00) |')
  expect(text).toContain('25 %')
})

test('figures without pinned processes say so', () => {
  const loose = { ...measurement(subjectNames.undici, 1, 1), others: null, restBusy: null }
  expect(report(summarise([loose], []))).toContain('not pinned')
})
