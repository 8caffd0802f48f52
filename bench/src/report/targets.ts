import { subjectNames } from '../subject-names.ts'
import type { Spread } from './statistics.ts'
import type { Summary } from './summary.ts'

interface Target {
  readonly text: string
  readonly work: string
  readonly connections: number
  readonly subject: Summary['subject']
  /** What is held against the limit; null where it was not measured. */
  readonly figure: (summary: Summary) => Spread | null
  readonly limit: { readonly least: number } | { readonly most: number }
  readonly unit: string
}

const { durable, relaxed, httpProxy, undici, nginx } = subjectNames
const mebibytes = ({ memoryGrown }: Summary) => memoryGrown && scaled(memoryGrown, 1 / 1024 / 1024)

const targets: readonly Target[] = [
  {
    text: 'GET /apps, durable, 32 connections: ≥ 0.9 × http-proxy',
    work: 'listApps',
    connections: 32,
    subject: durable,
    figure: ({ ratios }) => ratios[httpProxy],
    limit: { least: 0.9 },
    unit: '×',
  },
  {
    text: 'stretch: ≥ 0.8 × undici.stream',
    work: 'listApps',
    connections: 32,
    subject: durable,
    figure: ({ ratios }) => ratios[undici],
    limit: { least: 0.8 },
    unit: '×',
  },
  added('GET /apps, durable, p50 added to the rack’s at 1 connection: ≤ 1.0 ms', 'listApps', durable, 1.0),
  added('GET /apps, relaxed, p50 added to the rack’s at 1 connection: ≤ 0.35 ms', 'listApps', relaxed, 0.35),
  added('a change, p50 added to the rack’s at 1 connection: ≤ 2.0 ms', 'change', durable, 2.0),
  ...['buildsExport', 'buildsImport'].flatMap((work): Target[] => [
    {
      text: `${work}, 1 GiB: ≥ 0.5 × nginx`,
      work,
      connections: 1,
      subject: durable,
      figure: ({ ratios }) => ratios[nginx],
      limit: { least: 0.5 },
      unit: '×',
    },
    {
      text: `${work}, 1 GiB: memory grows by ≤ 32 MiB`,
      work,
      connections: 1,
      subject: durable,
      figure: mebibytes,
      limit: { most: 32 },
      unit: 'MiB',
    },
  ]),
]

function added(text: string, work: string, subject: Summary['subject'], most: number): Target {
  return {
    text,
    work,
    connections: 1,
    subject,
    figure: ({ addedToRack }) => addedToRack,
    limit: { most },
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

/** @returns all targets, with null for those that were not measured */
export function holdAgainstTargets(summaries: readonly Summary[]): TargetResult[] {
  return targets.map(({ text, work, connections, subject, figure, limit, unit }) => {
    const summary = summaries.find(
      (one) => one.work === work && one.connections === connections && one.subject === subject,
    )
    const measured = summary ? figure(summary) : null
    return { target: text, measured, unit, met: measured && isMet(measured, limit, unit) }
  })
}

function isMet({ median, max }: Spread, limit: Target['limit'], unit: string): boolean {
  if ('least' in limit) return median >= limit.least
  return (unit === 'MiB' ? max : median) <= limit.most
}

function scaled({ median, min, max }: Spread, by: number): Spread {
  return { median: median * by, min: min * by, max: max * by }
}
