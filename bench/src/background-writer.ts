import type { Written } from './paced-writer.ts'
import type { SubjectProcess } from './processes/subject-process.ts'
import type { RecordedEvents } from './recorded.ts'

/** Per second. */
export interface WriterRate {
  readonly records: Rate
  readonly commits: Rate
}

export interface Rate {
  readonly wanted: number
  readonly achieved: number
}

export interface BackgroundWriter {
  /** @param recorded the events that the gateway recorded under the same load */
  start(recorded: RecordedEvents): Promise<void>
  /** @throws when a record failed */
  stop(): Promise<WriterRate>
  cpuMicros(): Promise<number>
}

export function createBackgroundWriter(process: SubjectProcess): BackgroundWriter {
  let wanted = { records: 0, commits: 0 }
  return {
    async start({ recordsPerSecond, commitsPerSecond, drafts }) {
      wanted = { records: recordsPerSecond, commits: commitsPerSecond }
      if (commitsPerSecond === 0) return
      const recordsPerCommit = recordsPerSecond / commitsPerSecond
      await process.ask({ write: { drafts, perSecond: recordsPerSecond, recordsPerCommit } })
    },
    async stop() {
      const response = (await process.ask({ stop: true })) as Partial<Written> & { readonly failed?: string }
      const { records = 0, commits = 0, seconds = 1, failed } = response
      if (failed !== undefined) throw new Error(`the writer failed: ${failed}`)
      return {
        records: { wanted: wanted.records, achieved: records / seconds },
        commits: { wanted: wanted.commits, achieved: commits / seconds },
      }
    },
    cpuMicros: process.cpuMicros,
  }
}
