import type { CallAllocations } from '../allocations/count-allocations.ts'
import type { ProcessTimes } from '../measure.ts'
import { type SubjectName, subjectNames } from '../subject-names.ts'
import type { Workload } from '../workloads/index.ts'
import type { Spread } from './statistics.ts'
import type { Summary } from './summary.ts'
import type { TargetResult } from './targets.ts'

/** Two Markdown tables for each load: medians over the rounds, with the minimum and maximum in brackets. */
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
  return `## ${title}: ${load}\n\n${speed}\n\n${table(otherColumns(isTransfer ? '100 MB' : unit), rows)}`
}

interface Column {
  readonly head: string
  readonly cell: (row: Summary) => string
}

const subject: Column = { head: 'subject', cell: (row) => row.subject }

function timesBaselines(what: string, ratiosOf: (row: Summary) => Summary['ratios']): readonly Column[] {
  return [
    { head: `${what} × http-proxy`, cell: (row) => formatSpread(ratiosOf(row)[subjectNames.httpProxy], 2) },
    { head: `${what} × undici.stream`, cell: (row) => formatSpread(ratiosOf(row)[subjectNames.undici], 2) },
    { head: `${what} × nginx`, cell: (row) => formatSpread(ratiosOf(row)[subjectNames.nginx], 2) },
  ]
}

/** Processor time first, because the other figures also depend on the other core. */
function callColumns(unit: string): readonly Column[] {
  return [
    subject,
    { head: `CPU µs for one ${unit}`, cell: ({ cpu }) => formatSpread(cpu.subject, 0) },
    ...timesBaselines('CPU', ({ cpuRatios }) => cpuRatios),
    { head: `${unit}s/s`, cell: ({ perSecond }) => formatSpread(perSecond, 0) },
    ...timesBaselines(`${unit}s/s`, ({ ratios }) => ratios),
    { head: 'p50 ms', cell: ({ p50 }) => formatSpread(p50, 2) },
    { head: 'p50 above the rack', cell: ({ addedToRack }) => formatSpread(addedToRack, 2) },
    { head: 'p50 above undici.stream', cell: ({ addedToUndici }) => formatSpread(addedToUndici, 2) },
    { head: 'p99 ms', cell: ({ p99 }) => formatSpread(p99, 2) },
  ]
}

const transferColumns: readonly Column[] = [
  subject,
  { head: 'CPU ms for 100 MB', cell: ({ cpu }) => formatSpread(cpu.subject, 0, 0.1) },
  ...timesBaselines('CPU', ({ cpuRatios }) => cpuRatios),
  { head: 'MB/s', cell: ({ perSecond }) => formatSpread(perSecond, 0) },
  ...timesBaselines('MB/s', ({ ratios }) => ratios),
  { head: 'memory grows by MiB', cell: ({ memoryGrown }) => formatSpread(memoryGrown, 1, 1 / 1024 / 1024) },
]

/** The processor time of the other processes: microseconds for a request or a frame, milliseconds for 100 MB. */
function otherColumns(unit: string): readonly Column[] {
  const [scale, name] = unit === '100 MB' ? [0.1, 'ms'] : [1, 'µs']
  const share = (processName: keyof ProcessTimes, head: string): Column => ({
    head,
    cell: ({ cpu, coreShares }) =>
      cpu[processName] ? `${formatSpread(cpu[processName], 0, scale)}, ${percent(coreShares[processName])}` : '–',
  })
  return [
    { head: `CPU ${name} for one ${unit}, and share of the other core`, cell: (row) => row.subject },
    share('load', 'load generator'),
    share('rack', 'rack'),
    share('postgres', 'PostgreSQL'),
    share('writer', 'writer'),
    { head: 'other core busy', cell: ({ otherCoreBusy }) => percent(otherCoreBusy) },
    { head: 'subject’s core taken by others', cell: ({ stolenShare }) => percent(stolenShare) },
    { head: 'writer: records/s of wanted', cell: ({ writer }) => writerCell(writer.records) },
    { head: 'commits/s of wanted', cell: ({ writer }) => writerCell(writer.commits) },
  ]
}

/** @param description the checkout and the Node of the compared gateway */
export function comparisonTable(summaries: readonly Summary[], description: string): string {
  const rows = summaries.filter(({ compared }) => compared.cpu !== null)
  const columns: readonly Column[] = [
    { head: 'this gateway ÷ compared gateway', cell: ({ workload, load }) => `${workload}, ${load}` },
    subject,
    { head: 'CPU', cell: ({ compared }) => formatSpread(compared.cpu, 2) },
    { head: 'throughput', cell: ({ compared }) => formatSpread(compared.perSecond, 2) },
    { head: 'p50 above the rack', cell: ({ compared }) => formatSpread(compared.addedToRack, 2) },
  ]
  return `The compared gateway is ${description}.\n\n${table(columns, rows)}`
}

export function allocationTable(counted: readonly CallAllocations[]): string {
  const lines = counted.map(({ workload, subject, bytes, promises }) => [
    workload,
    subject,
    (bytes / 1_000).toFixed(1),
    promises.toFixed(1),
  ])
  return markdown(['workload', 'subject', 'KB on the heap', 'promises'], lines)
}

function writerCell({ wanted, achieved }: Summary['writer']['records']): string {
  return wanted && achieved ? `${formatSpread(achieved, 0)} of ${wanted.median.toFixed(0)}` : 'records itself'
}

export function targetTable(results: readonly TargetResult[]): string {
  const lines = results.map(({ target, measured, unit, met }) => [
    target,
    measured ? `${formatSpread(measured, 2)} ${unit}` : 'not measured',
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

function formatSpread(value: Spread | null, digits: number, scale = 1): string {
  if (!value) return '–'
  const [median, min, max] = [value.median, value.min, value.max].map((figure) => (figure * scale).toFixed(digits))
  return `${median} [${min} to ${max}]`
}

function percent(value: Spread | null): string {
  return value ? `${(value.median * 100).toFixed(0)} %` : 'not pinned'
}
