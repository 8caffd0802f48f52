import type { WriterRate } from '../background-writer.ts'
import type { Measurement, ProcessTimes } from '../measure.ts'
import { type SubjectName, subjectNames } from '../subject-names.ts'
import { type Spread, spread } from './statistics.ts'

/** The subjects that all others are compared with. */
type Baseline = typeof subjectNames.httpProxy | typeof subjectNames.undici | typeof subjectNames.nginx

/** For each gateway, the same gateway of another checkout or with another version of Node. */
const counterparts: Partial<Record<SubjectName, SubjectName>> = {
  [subjectNames.durable]: subjectNames.comparedDurable,
  [subjectNames.relaxed]: subjectNames.comparedRelaxed,
}

/**
 * One subject with one load, over all rounds. Null values were not measured or are unknown. Differences and ratios are
 * between measurements of the same round.
 */
export interface Summary {
  readonly workload: string
  readonly load: string
  readonly connections: number
  readonly subject: SubjectName
  readonly perSecond: Spread
  readonly p50: Spread
  readonly p99: Spread
  /** The difference to the p50 of the rack, in milliseconds. */
  readonly addedToRack: Spread | null
  /** The difference to the p50 of undici.stream, in milliseconds. */
  readonly addedToUndici: Spread | null
  /** By baseline: the subject's speed divided by the baseline's. */
  readonly ratios: Readonly<Record<Baseline, Spread | null>>
  readonly cpu: Readonly<Record<keyof ProcessTimes, Spread | null>>
  /** By baseline: the subject's processor time divided by the baseline's. */
  readonly cpuRatios: Readonly<Record<Baseline, Spread | null>>
  /** By process: its share of a core. */
  readonly coreShares: Readonly<Record<keyof ProcessTimes, Spread | null>>
  /** This gateway divided by the compared gateway. */
  readonly compared: Readonly<Record<'cpu' | 'perSecond' | 'addedToRack', Spread | null>>
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
    const compareTo = (name: SubjectName | undefined, compare: Comparison) =>
      spreadOrNull(rounds.map((one) => comparedWith(measurements, name, one, compare)))
    return {
      workload,
      load,
      connections,
      subject,
      perSecond: spread(rounds.map(({ perSecond }) => perSecond)),
      p50: spread(rounds.map(({ p50 }) => p50)),
      p99: spread(rounds.map(({ p99 }) => p99)),
      addedToRack: compareTo(subjectNames.rack, addedLatency),
      addedToUndici: compareTo(subjectNames.undici, addedLatency),
      ratios: byBaseline((name) => compareTo(name, ratio)),
      cpu: byProcess((processName) => spreadOrNull(rounds.map(({ cpu }) => cpu[processName]))),
      cpuRatios: byBaseline((name) => compareTo(name, cpuRatio)),
      coreShares: byProcess((processName) => spreadOrNull(rounds.map((one) => coreShare(one, processName)))),
      compared: {
        cpu: compareTo(counterparts[subject], cpuRatio),
        perSecond: compareTo(counterparts[subject], ratio),
        addedToRack: compareTo(counterparts[subject], (one, peer) => {
          const [own, other] = [one, peer].map((each) =>
            comparedWith(measurements, subjectNames.rack, each, addedLatency),
          )
          return own == null || other == null ? null : own / other
        }),
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

/** @returns null if the result is unknown */
type Comparison = (one: Measurement, peer: Measurement) => number | null

const ratio: Comparison = (one, peer) => one.perSecond / peer.perSecond
const cpuRatio: Comparison = (one, peer) => one.cpu.subject / peer.cpu.subject
const addedLatency: Comparison = (one, peer) => one.p50 - peer.p50

function byBaseline<T>(figureOf: (name: Baseline) => T): Readonly<Record<Baseline, T>> {
  const { httpProxy, undici, nginx } = subjectNames
  return { [httpProxy]: figureOf(httpProxy), [undici]: figureOf(undici), [nginx]: figureOf(nginx) }
}

function byProcess<T>(figureOf: (processName: keyof ProcessTimes) => T): Readonly<Record<keyof ProcessTimes, T>> {
  return {
    subject: figureOf('subject'),
    rack: figureOf('rack'),
    postgres: figureOf('postgres'),
    load: figureOf('load'),
    writer: figureOf('writer'),
  }
}

function coreShare({ cpu, perSecond }: Measurement, processName: keyof ProcessTimes): number | null {
  const micros = cpu[processName]
  return micros === null ? null : (micros * perSecond) / 1e6
}

function isSameLoad(one: Measurement, other: Measurement): boolean {
  return one.workload === other.workload && one.load === other.load
}

function comparedWith(
  all: readonly Measurement[],
  name: SubjectName | undefined,
  one: Measurement,
  compare: Comparison,
): number | null {
  const peer = all.find((other) => other.subject === name && other.round === one.round && isSameLoad(other, one))
  return peer ? compare(one, peer) : null
}

/** @returns null if the value of a round is unknown, because figures of fewer rounds cannot be compared with the others */
function spreadOrNull(values: readonly (number | null)[]): Spread | null {
  const known = values.filter((value) => value !== null)
  return known.length === 0 || known.length < values.length ? null : spread(known)
}
