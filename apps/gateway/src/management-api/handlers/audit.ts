import { Readable } from 'node:stream'
import { type ExportFormat, exportFormats } from '@rack-gateway/audit/export'
import { createFollower, type FoundEvent, NoSuchEvent } from '@rack-gateway/audit/search'
import { isUuid } from '@rack-gateway/audit/uuid'
import { ignoreStreamErrors } from '../../http/ignore-stream-errors.ts'
import { exportStream } from '../audit/export-stream.ts'
import { followStream } from '../audit/follow-stream.ts'
import type { Handlers } from '../call.ts'
import { shownEvent, withActorName } from '../event-response.ts'
import { watchedAnswer } from '../revocable-stream.ts'

type AuditHandlers = Handlers<'searchAudit' | 'getAuditEvent' | 'followAudit' | 'exportAudit'>

/** Every look at the log is in the log before anything of it is shown. */
export const auditHandlers: AuditHandlers = {
  async searchAudit(call) {
    const { limit = 50, cursor, ...filters } = call.query
    const page = call.auditLog.page(filters, { limit, cursor })
    page.catch(() => undefined)
    await call.record({ kind: 'audit.read', detail: { ...filters, page: cursor === undefined ? 'first' : 'next' } })
    const { items, next } = await page
    return { items: items.map((found) => shownEvent(found, call)), next }
  },

  async getAuditEvent(call) {
    const { id, auditLog } = call
    if (!isUuid(id)) throw new NoSuchEvent(id)
    const found = await auditLog.event(id)
    await call.record({ kind: 'audit.read', detail: { event: id } })
    const { canonical, hash, prev } = found
    return { ...shownEvent(found, call), canonical, hash: hash.toString('hex'), prev: prev.toString('hex') }
  },

  async followAudit(call) {
    const { query, auditLog, followers, lastEventId } = call
    return watchedAnswer(call, { take: followers.take, farewell }, async ({ signal, taken }) => {
      const follower = await createFollower(auditLog.sql, query, lastEventId)
      await call.record({
        kind: 'audit.read',
        detail: { ...query, page: lastEventId === null ? 'follow' : 'follow on' },
      })
      const show = (event: FoundEvent) => shownEvent(event, call)
      const body = streamOf(followStream({ follower, show, signal, onTaken: taken }))
      return { body, mediaType: 'text/event-stream', fileName: null }
    })
  },

  async exportAudit(call) {
    const { format: name = 'ndjson', ...filters } = call.query
    const format = name === 'ndjson' ? exportFormats.ndjson : withActorNames(exportFormats[name])
    const batches = await begun(call.auditLog.all(filters))
    await call
      .record({ kind: 'audit.read', detail: { ...filters, page: 'export', format: name } })
      .catch(async (error: unknown) => {
        await batches.return?.()
        throw error
      })
    const fileName = `audit-${new Date(call.moment.at).toISOString().slice(0, 19).replaceAll(':', '')}.${name === 'csv' ? 'csv' : 'ndjson'}`
    return watchedAnswer(call, {}, async ({ signal, taken }) => {
      const body = streamOf(
        exportStream({
          batches: { [Symbol.asyncIterator]: () => batches },
          format,
          signal,
          onTaken: taken,
          record: ({ count, sha256, complete }) =>
            call.record({ kind: 'audit.exported', detail: { ...filters, format: name, count, sha256, complete } }),
        }),
      )
      // Whoever has gone before the first part was wanted leaves a reader that nobody else ends.
      const end = () => void batches.return?.().catch(() => undefined)
      return { body, mediaType: format.mediaType, fileName, end }
    })
  },
}

/** NDJSON has the bytes that were hashed; every other format shows the actor as a search does. */
function withActorNames({ line, ...format }: ExportFormat): ExportFormat {
  return { ...format, line: (found) => line({ ...found, event: withActorName(found.event) }) }
}

/** Of a stream: waits so long for its last words to be taken. */
const farewell = 1_000

/** One part is kept ready, and no more. */
function streamOf(parts: AsyncGenerator<string>): Readable {
  return ignoreStreamErrors(Readable.from(parts, { objectMode: true, highWaterMark: 1 }))
}

/** Reads the first batch, so that what can't be read is refused as such and not broken off. */
async function begun<T>(batches: AsyncIterable<T>): Promise<AsyncIterator<T>> {
  const rest = batches[Symbol.asyncIterator]()
  let first: IteratorResult<T> | null = await rest.next()
  return {
    async next() {
      const result = first
      first = null
      return result ?? rest.next()
    },
    async return() {
      await rest.return?.()
      return { done: true, value: undefined }
    },
  }
}
