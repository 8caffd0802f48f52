import { type Company, type Measurement, measure } from './measure.ts'
import type { NewRecords, RecordCounter, Recorded } from './recorded.ts'
import { subjectNames } from './subject-names.ts'
import type { Subject } from './subjects.ts'
import type { Load, Work } from './works/index.ts'

export interface RoundsOptions {
  readonly works: readonly Work[]
  readonly subjects: readonly Subject[]
  readonly rounds: number
  readonly company: Company
  /** Of the gateway whose records set the rate of the writer. */
  readonly records: RecordCounter
  readonly signal: AbortSignal
  /** Hears what is about to be measured. */
  readonly tell: (what: string) => void
}

/** Measures one work after another. In each round, all subjects run in turn, so that a slow minute of the machine affects all of them. */
export async function runRounds(options: RoundsOptions): Promise<Measurement[]> {
  const { works, rounds, signal } = options
  const measurements: Measurement[] = []
  for (const work of works) {
    const subjects = subjectsOf(work, options.subjects)
    options.tell(`${work.name}: warming up`)
    await work.expectSame(subjects)
    for (const subject of subjects) await warm(subject, work, signal)
    for (let round = 1; round <= rounds; round++) {
      options.tell(`${work.name}: round ${round} of ${rounds}`)
      for (const load of work.loads) measurements.push(...(await runTurn({ ...options, work, subjects, round, load })))
    }
  }
  return measurements
}

/** The recording gateway comes first, because the background writer repeats its events during the other measurements. */
export function subjectsOf(work: Work, subjects: readonly Subject[]): readonly Subject[] {
  const taking = subjects.filter(({ name }) => work.subjects.includes(name))
  const isFirst = ({ name }: Subject) => name === subjectNames.durable
  return [...taking.filter(isFirst), ...taking.filter((subject) => !isFirst(subject))]
}

async function warm(subject: Subject, { warmUp }: Work, signal: AbortSignal): Promise<void> {
  let done = 0
  for (let time = 0; time < warmUp.times && done < warmUp.count; time++) {
    signal.throwIfAborted()
    done += (await warmUp.run(subject)).count
  }
}

interface Turn extends RoundsOptions {
  readonly work: Work
  readonly round: number
  readonly load: Load
}

async function runTurn({ work, subjects, round, load, company, records, signal }: Turn): Promise<Measurement[]> {
  const measurements: Measurement[] = []
  let recorded: Recorded = { recordsPerSecond: 0, commitsPerSecond: 0, drafts: [] }
  for (const subject of subjects) {
    signal.throwIfAborted()
    const last = await records.last()
    if (!subject.records) await company.writer.start(recorded)
    const { done, ...figures } = await measure(subject, load, company)
    const writer = subject.records ? null : await company.writer.stop()
    measurements.push({ work: work.name, round, ...figures, writer })
    if (subject.name === subjectNames.durable) {
      recorded = rateOf(await records.since(last), done.seconds)
    }
  }
  return measurements
}

function rateOf({ records, commits, drafts }: NewRecords, seconds: number): Recorded {
  return { recordsPerSecond: records / seconds, commitsPerSecond: commits / seconds, drafts }
}
