import { type Measurement, measure, type SupportingProcesses } from './measure.ts'
import type { NewRecords, RecordCounter, Recorded } from './recorded.ts'
import { subjectNames } from './subject-names.ts'
import type { Subject } from './subjects.ts'
import type { Load, Workload } from './workloads/index.ts'

export interface RoundsOptions {
  readonly workloads: readonly Workload[]
  readonly subjects: readonly Subject[]
  readonly rounds: number
  readonly supporting: SupportingProcesses
  /** Counts the records of the gateway, which set the rate of the writer. */
  readonly records: RecordCounter
  readonly signal: AbortSignal
  /** Gets a line before each measurement. */
  readonly log: (what: string) => void
}

/** Measures one workload after another. In each round, all subjects run in turn, so that a slow minute of the machine affects all of them. */
export async function runRounds(options: RoundsOptions): Promise<Measurement[]> {
  const { workloads, rounds, signal } = options
  const measurements: Measurement[] = []
  for (const workload of workloads) {
    const subjects = subjectsOf(workload, options.subjects)
    options.log(`${workload.name}: warming up`)
    await workload.expectSame(subjects)
    for (const subject of subjects) await warm(subject, workload, signal)
    for (let round = 1; round <= rounds; round++) {
      options.log(`${workload.name}: round ${round} of ${rounds}`)
      for (const load of workload.loads)
        measurements.push(...(await runTurn({ ...options, workload, subjects, round, load })))
    }
  }
  return measurements
}

/** The recording gateway comes first, because the background writer repeats its events during the other measurements. */
export function subjectsOf(workload: Workload, subjects: readonly Subject[]): readonly Subject[] {
  const taking = subjects.filter(({ name }) => workload.subjects.includes(name))
  const isFirst = ({ name }: Subject) => name === subjectNames.durable
  return [...taking.filter(isFirst), ...taking.filter((subject) => !isFirst(subject))]
}

async function warm(subject: Subject, { warmUp }: Workload, signal: AbortSignal): Promise<void> {
  let done = 0
  for (let time = 0; time < warmUp.times && done < warmUp.count; time++) {
    signal.throwIfAborted()
    done += (await warmUp.run(subject)).count
  }
}

interface Turn extends RoundsOptions {
  readonly workload: Workload
  readonly round: number
  readonly load: Load
}

async function runTurn({ workload, subjects, round, load, supporting, records, signal }: Turn): Promise<Measurement[]> {
  const measurements: Measurement[] = []
  let recorded: Recorded = { recordsPerSecond: 0, commitsPerSecond: 0, drafts: [] }
  for (const subject of subjects) {
    signal.throwIfAborted()
    const last = await records.last()
    if (!subject.records) await supporting.writer.start(recorded)
    const { done, ...figures } = await measure(subject, load, supporting)
    const writer = subject.records ? null : await supporting.writer.stop()
    measurements.push({ workload: workload.name, round, ...figures, writer })
    if (subject.name === subjectNames.durable) {
      recorded = rateOf(await records.since(last), done.seconds)
    }
  }
  return measurements
}

function rateOf({ records, commits, drafts }: NewRecords, seconds: number): Recorded {
  return { recordsPerSecond: records / seconds, commitsPerSecond: commits / seconds, drafts }
}
