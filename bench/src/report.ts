import type { Spread } from './statistics.ts'
import { subjectNames } from './subjects.ts'
import type { Summary } from './summary.ts'

/** Markdown, one table for each number of connections; medians, and the smallest and largest round in brackets. */
export function report(summaries: readonly Summary[]): string {
  const levels = [...new Set(summaries.map(({ connections }) => connections))]
  return levels
    .map((level) => `${heading(level)}\n\n${table(summaries.filter(({ connections }) => connections === level))}`)
    .join('\n\n')
}

function heading(connections: number): string {
  return connections === 1 ? '1 connection' : `${connections} connections`
}

function table(rows: readonly Summary[]): string {
  const undici = rows.find(({ subject }) => subject === subjectNames.undici)
  const lines = rows.map((row) => [
    row.subject,
    shown(row.requestsPerSecond, 0),
    shown(row.ratios[subjectNames.httpProxy], 2),
    shown(row.ratios[subjectNames.undici], 2),
    shown(row.p50, 2),
    undici ? (row.p50.median - undici.p50.median).toFixed(2) : '',
    shown(row.p99, 2),
    shown(row.cpuMicrosPerRequest, 0),
    row.others ? `${(row.others.median * 100).toFixed(0)} %` : 'not pinned',
  ])
  return [columns, columns.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

const columns = [
  'subject',
  'requests/s',
  '× http-proxy',
  '× undici.stream',
  'p50 ms',
  'p50 above undici.stream',
  'p99 ms',
  'CPU µs a request',
  'core taken by others',
]

function shown(value: Spread | undefined, digits: number): string {
  if (!value) return ''
  const { median, min, max } = value
  return `${median.toFixed(digits)} (${min.toFixed(digits)}–${max.toFixed(digits)})`
}
