import type { Written } from './paced-writing.ts'
import type { SubjectProcess } from './processes/subject-process.ts'
import type { Recorded } from './recorded.ts'

/** What a writer was to write and did write, in records a second. */
export interface WriterRate {
  readonly wanted: number
  readonly achieved: number
}

export interface BackgroundWriter {
  /** Begins; at most `lanes` records wait at once. @param recorded what the recording gateway did under the same load */
  start(recorded: Recorded, lanes: number): Promise<void>
  /** @throws when a record failed */
  stop(): Promise<WriterRate>
  cpuMicros(): Promise<number>
}

export function createBackgroundWriter(process: SubjectProcess): BackgroundWriter {
  let wanted = 0
  return {
    async start({ perSecond, drafts }, lanes) {
      wanted = perSecond
      if (drafts.length > 0 && perSecond > 0) await process.ask({ write: { drafts, perSecond, lanes } })
    },
    async stop() {
      const {
        written = 0,
        seconds = 1,
        failed,
      } = (await process.ask({ rest: true })) as Partial<Written> & {
        failed?: string
      }
      if (failed !== undefined) throw new Error(`the writer failed: ${failed}`)
      return { wanted, achieved: written / seconds }
    },
    cpuMicros: process.cpuMicros,
  }
}
