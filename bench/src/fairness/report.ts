import type { CollectedMemory } from '../processes/collected-memory.ts'
import { percentile } from '../report/statistics.ts'
import { bounds, exceededBounds, type FloodMeasurement } from './flood-measurement.ts'
import { type FloodCounts, sumOf } from './flood-processes.ts'
import type { ProbeResult } from './probe.ts'

const columns = [
  'flood',
  'hard bounds',
  'gateway process',
  'errors',
  'without: p50, p99 ms',
  'with: p50, p99 ms',
  'p99 bound',
  'rack directly, with: p50, p99 ms',
  `peak memory (at most ${inMebibytes(bounds.containerBytes)} MiB)`,
  `growth of heap, external, array buffers (at most ${inMebibytes(bounds.growthBytes)} MiB each)`,
  'responses to the flood',
]

/** A row for each flood, by its title. */
export function fairnessTable(measurements: ReadonlyMap<string, FloodMeasurement>): string {
  const rows = [...measurements].map(([title, measurement]) => [title, ...cellsOf(measurement)])
  return [columns, columns.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

function cellsOf(measurement: FloodMeasurement): readonly string[] {
  const { idle, flooded, direct, ends, peak, growth, counts } = measurement
  const exceeded = exceededBounds(measurement)
  const [withoutFlood, withFlood] = [figures(idle), figures(flooded)]
  const limit = Math.max(bounds.milliseconds, bounds.times * (withoutFlood?.p99 ?? 0))
  const isFast = withFlood !== null && withFlood.p99 <= limit && errorsOf(flooded) === null
  return [
    exceeded.length === 0 ? 'met' : `MISSED: ${exceeded.join(', ')}`,
    ends === 0 ? 'lives' : `ENDED ${ends} ×`,
    [errorsOf(flooded) ?? 'none', ...(errorsOf(idle) === null ? [] : [`without: ${errorsOf(idle)}`])].join('; '),
    formatFigures(withoutFlood),
    formatFigures(withFlood),
    isFast ? 'met' : 'missed',
    formatFigures(figures(direct)),
    peak === null ? 'unknown' : `${inMebibytes(peak)} MiB`,
    growth === null ? 'unknown' : formatGrowth(growth),
    responsesOf(sumOf(counts)),
  ]
}

interface Figures {
  readonly p50: number
  readonly p99: number
}

/** @returns null if no call succeeded */
function figures(results: readonly ProbeResult[]): Figures | null {
  const sorted = Float64Array.from(results.flatMap(({ latencies }) => latencies)).sort()
  return sorted.length === 0 ? null : { p50: percentile(sorted, 50), p99: percentile(sorted, 99) }
}

function formatFigures(figures: Figures | null): string {
  return figures === null ? 'no responses' : `${figures.p50.toFixed(1)}, ${figures.p99.toFixed(1)}`
}

function formatGrowth({ heap, external, arrayBuffers }: CollectedMemory): string {
  return `${[heap, external, arrayBuffers].map(inMebibytes).join(', ')} MiB`
}

function responsesOf({ statuses, received }: FloodCounts): string {
  const counts = Object.entries(statuses).map(([status, count]) => `${count} × ${status}`)
  return [...counts, `${inMebibytes(received)} MiB`].join(', ')
}

/** @returns null without errors */
function errorsOf(results: readonly ProbeResult[]): string | null {
  const counts = new Map<string, number>()
  for (const error of results.flatMap(({ errors }) => errors)) counts.set(error, (counts.get(error) ?? 0) + 1)
  return counts.size === 0 ? null : [...counts].map(([error, count]) => `${count} × ${error}`).join(', ')
}

function inMebibytes(bytes: number): string {
  return String(Math.round(bytes / 1_024 / 1_024))
}
