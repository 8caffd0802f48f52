import { type SubjectName, subjectNames } from '../subject-names.ts'
import type { Workload } from '../workloads/index.ts'
import type { Spread } from './statistics.ts'
import type { Summary } from './summary.ts'
import type { TargetResult } from './targets.ts'

/** Two Markdown tables for each load of each workload: medians, with the minimum and maximum in brackets. */
export function report(workloads: readonly Workload[], summaries: readonly Summary[]): string {
  return workloads
    .flatMap((workload) =>
      workload.loads.map((load) => loadReport(workload, load.title, rowsOf(summaries, workload.name, load.title))),
    )
    .join('\n\n')
}

function rowsOf(summaries: readonly Summary[], workload: string, load: string): Summary[] {
  const order: readonly SubjectName[] = Object.values(subjectNames)
  return summaries
    .filter((summary) => summary.workload === workload && summary.load === load)
    .sort((a, b) => order.indexOf(a.subject) - order.indexOf(b.subject))
}

function loadReport({ title, unit }: Workload, load: string, rows: readonly Summary[]): string {
  const isTransfer = unit === 'MB'
  const speed = table(isTransfer ? transferColumns : callColumns(unit), rows)
  return `## ${title}: ${load}\n\n${speed}\n\n${table(timeColumns(isTransfer ? '100 MB' : unit), rows)}`
}

interface Column {
  readonly head: string
  readonly cell: (row: Summary) => string
}

const subject: Column = { head: 'subject', cell: (row) => row.subject }

const ratios: readonly Column[] = [
  { head: '× http-proxy', cell: ({ ratios }) => shown(ratios[subjectNames.httpProxy], 2) },
  { head: '× undici.stream', cell: ({ ratios }) => shown(ratios[subjectNames.undici], 2) },
  { head: '× nginx', cell: ({ ratios }) => shown(ratios[subjectNames.nginx], 2) },
]

function callColumns(unit: string): readonly Column[] {
  return [
    subject,
    { head: `${unit}s/s`, cell: ({ perSecond }) => shown(perSecond, 0) },
    ...ratios,
    { head: 'p50 ms', cell: ({ p50 }) => shown(p50, 2) },
    { head: 'p50 above the rack', cell: ({ addedToRack }) => shown(addedToRack, 2) },
    { head: 'p50 above undici.stream', cell: ({ addedToUndici }) => shown(addedToUndici, 2) },
    { head: 'p99 ms', cell: ({ p99 }) => shown(p99, 2) },
  ]
}

const transferColumns: readonly Column[] = [
  subject,
  { head: 'MB/s', cell: ({ perSecond }) => shown(perSecond, 0) },
  ...ratios,
  { head: 'memory grows by MiB', cell: ({ memoryGrown }) => shown(memoryGrown, 1, 1 / 1024 / 1024) },
]

/** Microseconds for a request or a frame, milliseconds for 100 MB. */
function timeColumns(unit: string): readonly Column[] {
  const [scale, digits, name] = unit === '100 MB' ? [0.1, 0, 'ms'] : [1, 0, 'µs']
  const time = (who: keyof Summary['cpu'], head: string): Column => ({
    head,
    cell: ({ cpu }) => shown(cpu[who], digits, scale),
  })
  return [
    { head: `CPU ${name} for one ${unit}`, cell: (row) => row.subject },
    time('subject', 'subject'),
    time('rack', 'rack'),
    time('postgres', 'PostgreSQL'),
    time('load', 'load'),
    time('writer', 'writer'),
    { head: 'writer: records/s of wanted', cell: ({ writer }) => writerCell(writer.records) },
    { head: 'commits/s of wanted', cell: ({ writer }) => writerCell(writer.commits) },
    { head: 'subject’s core taken by others', cell: ({ stolenShare }) => percent(stolenShare) },
    { head: 'other core busy', cell: ({ otherCoreBusy }) => percent(otherCoreBusy) },
  ]
}

function writerCell({ wanted, achieved }: Summary['writer']['records']): string {
  return wanted && achieved ? `${shown(achieved, 0)} of ${wanted.median.toFixed(0)}` : 'records itself'
}

/** The project's targets, and whether this run met them. */
export function targetTable(results: readonly TargetResult[]): string {
  const lines = results.map(({ target, measured, unit, met }) => [
    target,
    measured ? `${shown(measured, 2)} ${unit}` : 'not measured',
    met === null ? '–' : met ? 'yes' : 'no',
  ])
  return markdown(['target', 'measured', 'met'], lines)
}

function table(columns: readonly Column[], rows: readonly Summary[]): string {
  return markdown(
    columns.map(({ head }) => head),
    rows.map((row) => columns.map(({ cell }) => cell(row))),
  )
}

function markdown(head: readonly string[], lines: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

function shown(value: Spread | null, digits: number, scale = 1): string {
  if (!value) return '–'
  const [median, min, max] = [value.median, value.min, value.max].map((figure) => (figure * scale).toFixed(digits))
  return `${median} (${min}–${max})`
}

function percent(value: Spread | null): string {
  return value ? `${(value.median * 100).toFixed(0)} %` : 'not pinned'
}
