import type { WriterRate } from '../background-writer.ts'
import type { Measurement, ProcessTimes } from '../measure.ts'
import { type SubjectName, subjectNames } from '../subject-names.ts'
import { type Spread, spread } from './statistics.ts'

/** The subject that all others are compared with. */
const baselines = [subjectNames.httpProxy, subjectNames.undici, subjectNames.nginx] as const
type Baseline = (typeof baselines)[number]

/** One subject with one load, over all rounds. Null values were not measured or are unknown. */
export interface Summary {
  readonly workload: string
  readonly load: string
  readonly connections: number
  readonly subject: SubjectName
  readonly perSecond: Spread
  readonly p50: Spread
  readonly p99: Spread
  /** p50 in milliseconds above that of the rack, and of undici.stream, each round against the same round. */
  readonly addedToRack: Spread | null
  readonly addedToUndici: Spread | null
  /** By baseline: how many times its speed, each round against the same round. */
  readonly ratios: Readonly<Record<Baseline, Spread | null>>
  readonly cpu: Readonly<Record<keyof ProcessTimes, Spread | null>>
  readonly memoryGrown: Spread | null
  readonly writer: Readonly<
    Record<keyof WriterRate, { readonly wanted: Spread | null; readonly achieved: Spread | null }>
  >
  readonly stolenShare: Spread | null
  readonly otherCoreBusy: Spread | null
}

export function summarize(measurements: readonly Measurement[]): Summary[] {
  const firstRound = measurements.filter(({ round }) => round === measurements[0]?.round)
  return firstRound.map((first) => {
    const { workload, load, connections, subject } = first
    const rounds = measurements.filter((one) => one.subject === subject && isSameLoad(one, first))
    const against = (name: SubjectName, compare: (one: Measurement, peer: Measurement) => number) =>
      spreadOrNull(rounds.map((one) => comparedWith(measurements, name, one, compare)))
    return {
      workload,
      load,
      connections,
      subject,
      perSecond: spread(rounds.map(({ perSecond }) => perSecond)),
      p50: spread(rounds.map(({ p50 }) => p50)),
      p99: spread(rounds.map(({ p99 }) => p99)),
      addedToRack: against(subjectNames.rack, (one, peer) => one.p50 - peer.p50),
      addedToUndici: against(subjectNames.undici, (one, peer) => one.p50 - peer.p50),
      ratios: {
        [subjectNames.httpProxy]: against(subjectNames.httpProxy, ratio),
        [subjectNames.undici]: against(subjectNames.undici, ratio),
        [subjectNames.nginx]: against(subjectNames.nginx, ratio),
      },
      cpu: {
        subject: spreadOrNull(rounds.map(({ cpu }) => cpu.subject)),
        rack: spreadOrNull(rounds.map(({ cpu }) => cpu.rack)),
        postgres: spreadOrNull(rounds.map(({ cpu }) => cpu.postgres)),
        load: spreadOrNull(rounds.map(({ cpu }) => cpu.load)),
        writer: spreadOrNull(rounds.map(({ cpu }) => cpu.writer)),
      },
      memoryGrown: spreadOrNull(rounds.map(({ memoryGrown }) => memoryGrown)),
      writer: { records: writerRate(rounds, 'records'), commits: writerRate(rounds, 'commits') },
      stolenShare: spreadOrNull(rounds.map(({ stolenShare }) => stolenShare)),
      otherCoreBusy: spreadOrNull(rounds.map(({ otherCoreBusy }) => otherCoreBusy)),
    }
  })
}

function writerRate(rounds: readonly Measurement[], what: keyof WriterRate) {
  return {
    wanted: spreadOrNull(rounds.map(({ writer }) => writer?.[what].wanted ?? null)),
    achieved: spreadOrNull(rounds.map(({ writer }) => writer?.[what].achieved ?? null)),
  }
}

const ratio = (one: Measurement, peer: Measurement) => one.perSecond / peer.perSecond

function isSameLoad(one: Measurement, other: Measurement): boolean {
  return one.workload === other.workload && one.load === other.load
}

function comparedWith(
  all: readonly Measurement[],
  name: SubjectName,
  one: Measurement,
  compare: (one: Measurement, peer: Measurement) => number,
): number | null {
  const peer = all.find((other) => other.subject === name && other.round === one.round && isSameLoad(other, one))
  return peer ? compare(one, peer) : null
}

/** @returns null if one is unknown, because a median of the rest would compare different rounds */
function spreadOrNull(values: readonly (number | null)[]): Spread | null {
  const known = values.filter((value) => value !== null)
  return known.length === 0 || known.length < values.length ? null : spread(known)
}
