import { type Measurement, measure, type SupportingProcesses } from './measure.ts'
import { settle } from './processes/settle.ts'
import type { NewEvents, RecordCounter, RecordedEvents } from './recorded.ts'
import { subjectNames } from './subject-names.ts'
import type { Subject } from './subjects.ts'
import type { Load, Workload } from './workloads/index.ts'

export interface RoundsOptions {
  readonly workloads: readonly Workload[]
  readonly subjects: readonly Subject[]
  readonly rounds: number
  readonly supporting: SupportingProcesses
  /** Counts the records of the gateway. The background writer then writes at the same rate. */
  readonly records: RecordCounter
  readonly signal: AbortSignal
  /** Called before each warm-up and each round, and if a warm-up is too short. */
  readonly log: (what: string) => void
  readonly wait: (milliseconds: number) => Promise<unknown>
}

/** In each round, all subjects run in turn, so that a slow minute of the machine affects all of them. */
export async function runRounds(options: RoundsOptions): Promise<Measurement[]> {
  const { workloads, rounds, log } = options
  const measurements: Measurement[] = []
  for (const workload of workloads) {
    const subjects = subjectsOf(workload, options.subjects)
    log(`${workload.name}: warming up`)
    for (const subject of subjects) subject.process.resume()
    for (const subject of subjects) await callUntilReady(subject, { ...options, workload })
    await workload.expectSame(subjects)
    for (const subject of options.subjects) subject.process.pause()
    for (const subject of subjects)
      await takeTurn(subject, { ...options, workload }, () => warmUpSubject(subject, workload, options))
    const recorded = new Map<Load, RecordedEvents>()
    for (let round = 1; round <= rounds; round++) {
      log(`${workload.name}: round ${round} of ${rounds}`)
      for (const subject of orderOfRound(subjects, round))
        measurements.push(
          ...(await takeTurn(subject, { ...options, workload }, () =>
            runTurn({ ...options, workload, subject, round, recorded }),
          )),
        )
    }
  }
  return measurements
}

/**
 * The gateway with durable reads comes first, because the background writer repeats the events of this gateway
 * during later measurements. The compared gateway comes second, so that little time passes between the two gateways.
 */
export function subjectsOf(workload: Workload, subjects: readonly Subject[]): readonly Subject[] {
  const first: readonly string[] = [subjectNames.durable, subjectNames.comparedDurable]
  const workloadSubjects = subjects.filter(({ name }) => workload.subjects.includes(name))
  return [
    ...workloadSubjects.filter(({ name }) => first.includes(name)),
    ...workloadSubjects.filter(({ name }) => !first.includes(name)),
  ]
}

/** Every second round is reversed, so that no subject always runs before or after another. */
export function orderOfRound<T>(subjects: readonly T[], round: number): readonly T[] {
  return round % 2 === 1 ? subjects : [...subjects].reverse()
}

interface CallOptions extends Pick<RoundsOptions, 'wait'> {
  readonly workload: Workload
}

/** All other subjects are paused, because gateways work on the measured core even without calls. */
async function takeTurn<T>(subject: Subject, options: CallOptions, turn: () => Promise<T>): Promise<T> {
  subject.process.resume()
  await callUntilReady(subject, options)
  await settle(subject.process, options.wait)
  const result = await turn()
  await settle(subject.process, options.wait)
  subject.process.pause()
  return result
}

/** A resumed gateway rejects calls until it has renewed the lease of its audit stream. */
async function callUntilReady(subject: Subject, { workload, wait }: CallOptions): Promise<void> {
  const attempts = 40
  for (let attempt = 1; ; attempt++) {
    try {
      await workload.warmUp.run(subject)
      return
    } catch (error) {
      if (attempt === attempts) throw error
      await wait(250)
    }
  }
}

/** Lets the JIT compiler of the subject compile its code before the measurement. */
export async function warmUpSubject(
  subject: Subject,
  { name, unit, warmUp }: Workload,
  { signal, log }: Pick<RoundsOptions, 'signal' | 'log'>,
): Promise<void> {
  const done = await callRepeatedly(subject, warmUp, signal)
  if (done < warmUp.count)
    log(`${name}: ${subject.name} did only ${done} ${unit}s of its warm-up, and needs ${warmUp.count}`)
}

/** Runs the load until it has done `count` operations, at most `times` times. @returns the number of operations */
export async function callRepeatedly(
  subject: Subject,
  { run, count, times }: Workload['warmUp'],
  signal: AbortSignal,
): Promise<number> {
  let done = 0
  for (let time = 0; time < times && done < count; time++) {
    signal.throwIfAborted()
    done += (await run(subject)).count
  }
  return done
}

interface Turn extends Omit<RoundsOptions, 'subjects'> {
  readonly workload: Workload
  readonly subject: Subject
  readonly round: number
  /** The events that the gateway recorded in its last turn, by load. */
  readonly recorded: Map<Load, RecordedEvents>
}

async function runTurn({ workload, subject, round, supporting, records, recorded, signal, wait }: Turn) {
  const measurements: Measurement[] = []
  for (const load of workload.loads) {
    signal.throwIfAborted()
    const lastSequenceNumber = await records.lastSequenceNumber()
    if (subject.gateway === null) await supporting.writer.start(recorded.get(load) ?? nothingRecorded)
    const { done, ...figures } = await measure(subject, load, supporting, wait)
    const writer = subject.gateway ? null : await supporting.writer.stop()
    measurements.push({ workload: workload.name, round, ...figures, writer })
    if (subject.name === subjectNames.durable)
      recorded.set(load, rateOf(await records.since(lastSequenceNumber), done.seconds))
  }
  return measurements
}

const nothingRecorded: RecordedEvents = { recordsPerSecond: 0, commitsPerSecond: 0, drafts: [] }

function rateOf({ records, commits, drafts }: NewEvents, seconds: number): RecordedEvents {
  return { recordsPerSecond: records / seconds, commitsPerSecond: commits / seconds, drafts }
}
