import { setTimeout as wait } from 'node:timers/promises'

export interface PacedWriterOptions<Draft> {
  /** Resolves when a draft has been written. */
  readonly record: (draft: Draft) => Promise<unknown>
  /** The drafts, which are written in order, and then again from the first. */
  readonly drafts: readonly Draft[]
  readonly perSecond: number
  /** The average number of records in a commit. */
  readonly recordsPerCommit: number
}

export interface Written {
  readonly records: number
  readonly commits: number
  readonly seconds: number
}

export interface PacedWriter {
  /** Stops, and waits for running records, which the result does not count. @throws the error of a record */
  stop(): Promise<Written>
}

/** The maximum number of records in a commit, even if the writer is late. */
const maxPerCommit = 1_000

/** Makes commits at a steady rate, of `recordsPerCommit` records on average. Late records go into the next commit. */
export function startPacedWriter<Draft>({
  record,
  drafts,
  perSecond,
  recordsPerCommit,
}: PacedWriterOptions<Draft>): PacedWriter {
  const started = performance.now()
  const interval = (recordsPerCommit / perSecond) * 1_000
  let startedRecords = 0
  let records = 0
  let commits = 0
  let isStopping = false

  async function write(): Promise<void> {
    while (!isStopping) {
      const elapsed = performance.now() - started
      const due = Math.floor(elapsed / interval) + 1
      const count = Math.min(Math.round(due * recordsPerCommit) - startedRecords, maxPerCommit)
      if (count > 0) await commit(count)
      else await wait(Math.min(due * interval - elapsed, 100))
    }
  }

  async function commit(count: number): Promise<void> {
    const batch = Array.from({ length: count }, () => next())
    await Promise.all(batch.map(record))
    records += count
    commits++
  }

  function next(): Draft {
    const draft = drafts[startedRecords++ % drafts.length]
    if (draft === undefined) throw new Error('there is nothing to write')
    return draft
  }

  const writing = write()
  writing.catch(() => undefined)
  return {
    async stop() {
      isStopping = true
      const written = { records, commits, seconds: (performance.now() - started) / 1_000 }
      await writing
      return written
    },
  }
}
