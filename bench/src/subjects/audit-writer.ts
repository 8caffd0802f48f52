/** Keeps PostgreSQL as busy as a gateway does, with a separate audit stream, while other subjects are measured. */
import { createAuditWriter, createPostgresAuditStore, type EventDraft } from '@rack-gateway/audit'
import { type PacedWriter, startPacedWriter } from '../paced-writer.ts'
import { announce, requiredVariable } from './announce.ts'

const store = createPostgresAuditStore({ pool: { url: requiredVariable('DATABASE_URL') } })
const writer = createAuditWriter({ store, clock: Date, host: 'bench', pid: process.pid })
await writer.open()
let writing: PacedWriter | null = null

/** A question without `write` stops the writer. */
interface Question {
  readonly write?: {
    readonly drafts: readonly EventDraft[]
    readonly perSecond: number
    readonly recordsPerCommit: number
  }
}

announce({
  url: '',
  async close() {
    await writer.close()
    await store.close()
  },
  async response({ write }: Question) {
    if (write) {
      writing = startPacedWriter({ record: writer.record, ...write })
      return {}
    }
    const written = await writing?.stop().catch((error: Error) => ({ failed: error.message }))
    writing = null
    return written ?? {}
  },
})
