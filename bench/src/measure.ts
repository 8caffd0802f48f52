import type { BackgroundWriter, WriterRate } from './background-writer.ts'
import type { LoadResult } from './loads/load-result.ts'
import { busyShare, coreTime } from './processes/core-time.ts'
import type { Cores } from './processes/cores.ts'
import { watchMemory } from './processes/memory.ts'
import { familyMicros } from './processes/processor-time.ts'
import { settle } from './processes/settle.ts'
import type { SubjectProcess } from './processes/subject-process.ts'
import { percentile } from './report/statistics.ts'
import type { SubjectName } from './subject-names.ts'
import type { Subject } from './subjects.ts'
import type { Load } from './workloads/index.ts'

/** Microseconds of processor time by process. Null if the system doesn't provide the time. */
export interface ProcessTimes {
  readonly subject: number
  readonly rack: number
  readonly postgres: number | null
  readonly load: number
  readonly writer: number
}

export interface Measurement {
  readonly workload: string
  readonly load: string
  readonly connections: number
  readonly subject: SubjectName
  readonly round: number
  /** Requests, frames or megabytes. */
  readonly perSecond: number
  /** The median latency in milliseconds; of a transfer, from its start to its end. */
  readonly p50: number
  /** The 99th percentile of the latencies, in milliseconds. */
  readonly p99: number
  /** Microseconds for one request, frame or megabyte. */
  readonly cpu: ProcessTimes
  /** The largest growth of the subject's resident memory, in bytes. Null on systems without /proc. */
  readonly memoryGrown: number | null
  /** The rate of the background writer, which records events in place of the subject. Null for gateways. */
  readonly writer: WriterRate | null
  /** The subject's processor time per elapsed time. Above 1 if several of its threads ran at once. */
  readonly subjectCpu: number
  /** The share of the subject's core that other processes used, from 0 to 1. Null if no process is pinned to a core. */
  readonly stolenShare: number | null
  /** The busy share of the other core, from 0 to 1. Null if no process is pinned to a core. */
  readonly otherCoreBusy: number | null
}

/** The processes other than the subject. */
export interface SupportingProcesses {
  readonly rack: SubjectProcess
  /** The process IDs of the postmasters: one PostgreSQL for each gateway, and one for the writer. */
  readonly postmasters: readonly number[]
  readonly writer: BackgroundWriter
  readonly cores: Cores | null
}

export type Figures = Omit<Measurement, 'workload' | 'round' | 'writer'>

/** The subject's processor time includes work after the last response, until the subject is idle. */
export async function measure(
  subject: Subject,
  load: Load,
  supporting: SupportingProcesses,
  wait: (milliseconds: number) => Promise<unknown>,
): Promise<Figures & { done: LoadResult }> {
  const { cores } = supporting
  const coreTimes = () => cores && { subject: coreTime(cores.subject), rest: coreTime(cores.rest) }
  const coresBefore = coreTimes()
  const memory = watchMemory(subject.process.pids)
  const before = await timesOf(subject.process, supporting)
  const done = await load.run(subject)
  const after = await timesOf(subject.process, supporting)
  const memoryGrown = memory.stop()
  const coresAfter = coreTimes()
  await settle(subject.process, wait)
  const afterSettling = { ...after, subject: await subject.process.cpuMicros() }
  const subjectCpu = (after.subject - before.subject) / 1e6 / done.seconds
  return {
    load: load.title,
    connections: load.connections,
    subject: subject.name,
    perSecond: done.count / done.seconds,
    p50: percentile(done.latencies, 50),
    p99: percentile(done.latencies, 99),
    cpu: timesPerUnit(before, afterSettling, done.count),
    memoryGrown,
    subjectCpu,
    stolenShare:
      coresBefore && coresAfter ? Math.max(0, busyShare(coresBefore.subject, coresAfter.subject) - subjectCpu) : null,
    otherCoreBusy: coresBefore && coresAfter ? busyShare(coresBefore.rest, coresAfter.rest) : null,
    done,
  }
}

async function timesOf(
  subject: SubjectProcess,
  { rack, postmasters, writer }: SupportingProcesses,
): Promise<ProcessTimes> {
  const [subjectMicros, rackMicros, writerMicros] = await Promise.all([
    subject.cpuMicros(),
    rack.cpuMicros(),
    writer.cpuMicros(),
  ])
  const { user, system } = process.cpuUsage()
  return {
    subject: subjectMicros,
    rack: rackMicros,
    postgres: sumOrNull(postmasters.map(familyMicros)),
    load: user + system,
    writer: writerMicros,
  }
}

function sumOrNull(values: readonly (number | null)[]): number | null {
  return values.reduce((sum, value) => (sum === null || value === null ? null : sum + value), 0)
}

/** @returns the difference of two readings, divided by `count` */
export function timesPerUnit(before: ProcessTimes, after: ProcessTimes, count: number): ProcessTimes {
  const postgres = before.postgres === null || after.postgres === null ? null : after.postgres - before.postgres
  return {
    subject: (after.subject - before.subject) / count,
    rack: (after.rack - before.rack) / count,
    postgres: postgres === null ? null : postgres / count,
    load: (after.load - before.load) / count,
    writer: (after.writer - before.writer) / count,
  }
}
