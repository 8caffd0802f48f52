import { subjectNames } from '../subject-names.ts'
import type { Spread } from './statistics.ts'
import type { Summary } from './summary.ts'

interface Target {
  readonly text: string
  readonly workload: string
  readonly connections: number
  readonly subject: Summary['subject']
  /** The figure that is compared with the limit; null if it was not measured. */
  readonly figure: (summary: Summary) => Spread | null
  readonly limit: { readonly min: number } | { readonly max: number }
  readonly unit: string
}

const { durable, relaxed, httpProxy, undici, nginx } = subjectNames
const mebibytes = ({ memoryGrown }: Summary) => memoryGrown && scale(memoryGrown, 1 / 1024 / 1024)

const targets: readonly Target[] = [
  throughput('GET /apps, durable, 32 connections: ≥ 0.9 × http-proxy', 'listApps', 32, 0.9),
  throughput('GET /apps, durable, 32 connections: ≥ 0.75 × http-proxy', 'listApps', 32, 0.75),
  throughput('GET /apps, durable, 128 connections: ≥ 0.9 × http-proxy', 'listApps', 128, 0.9),
  throughput('a release list, 32 connections: ≥ 0.45 × http-proxy', 'releaseList', 32, 0.45),
  throughput('a change, 32 connections: ≥ 0.45 × http-proxy', 'change', 32, 0.45),
  {
    text: 'GET /apps, durable, 32 connections: ≤ 1.25 × CPU time of http-proxy',
    workload: 'listApps',
    connections: 32,
    subject: durable,
    figure: ({ cpuRatios }) => cpuRatios[httpProxy],
    limit: { max: 1.25 },
    unit: '×',
  },
  {
    text: 'stretch: ≥ 0.8 × undici.stream',
    workload: 'listApps',
    connections: 32,
    subject: durable,
    figure: ({ ratios }) => ratios[undici],
    limit: { min: 0.8 },
    unit: '×',
  },
  addedLatency('GET /apps, durable, p50 added to the rack’s at 1 connection: ≤ 1.0 ms', 'listApps', durable, 1.0),
  addedLatency('GET /apps, relaxed, p50 added to the rack’s at 1 connection: ≤ 0.35 ms', 'listApps', relaxed, 0.35),
  addedLatency('a change, p50 added to the rack’s at 1 connection: ≤ 2.0 ms', 'change', durable, 2.0),
  ...['buildsExport', 'buildsImport'].flatMap((workload): Target[] => [
    {
      text: `${workload}, 1 GiB: ≥ 0.5 × nginx`,
      workload,
      connections: 1,
      subject: durable,
      figure: ({ ratios }) => ratios[nginx],
      limit: { min: 0.5 },
      unit: '×',
    },
    {
      text: `${workload}, 1 GiB: memory grows by ≤ 32 MiB`,
      workload,
      connections: 1,
      subject: durable,
      figure: mebibytes,
      limit: { max: 32 },
      unit: 'MiB',
    },
  ]),
]

function throughput(text: string, workload: string, connections: number, min: number): Target {
  const figure = ({ ratios }: Summary) => ratios[httpProxy]
  return { text, workload, connections, subject: durable, figure, limit: { min }, unit: '×' }
}

function addedLatency(text: string, workload: string, subject: Summary['subject'], max: number): Target {
  return {
    text,
    workload,
    connections: 1,
    subject,
    figure: ({ addedToRack }) => addedToRack,
    limit: { max },
    unit: 'ms',
  }
}

/** A target and its result. The median counts for speed, the maximum for memory. */
export interface TargetResult {
  readonly target: string
  readonly measured: Spread | null
  readonly unit: string
  readonly met: boolean | null
}

/** @returns all targets; `measured` and `met` are null if a target was not measured */
export function compareWithTargets(summaries: readonly Summary[]): TargetResult[] {
  return targets.map(({ text, workload, connections, subject, figure, limit, unit }) => {
    const summary = summaries.find(
      (one) => one.workload === workload && one.connections === connections && one.subject === subject,
    )
    const measured = summary ? figure(summary) : null
    return { target: text, measured, unit, met: measured && isMet(measured, limit, unit) }
  })
}

function isMet({ median, max }: Spread, limit: Target['limit'], unit: string): boolean {
  if ('min' in limit) return median >= limit.min
  return (unit === 'MiB' ? max : median) <= limit.max
}

function scale({ median, min, max }: Spread, by: number): Spread {
  return { median: median * by, min: min * by, max: max * by }
}
