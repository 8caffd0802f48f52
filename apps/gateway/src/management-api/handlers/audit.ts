import { Readable } from 'node:stream'
import { createFollower, exportFormats, type FilterQuery, type FoundEvent, NoSuchEvent } from '@rack-gateway/audit'
import { isUuid } from '@rack-gateway/audit/events'
import { ignoreStreamErrors } from '../../http/ignore-stream-errors.ts'
import { limitKeyOf } from '../../rate-limits/limit-key.ts'
import type { Handlers } from '../calls/call.ts'
import { toEventResponse } from '../calls/event-response.ts'
import { exportStream } from '../streams/export-stream.ts'
import { followStream } from '../streams/follow-stream.ts'
import { revocableStream } from '../streams/revocable-stream.ts'

type AuditHandlers = Handlers<'searchAudit' | 'getAuditEvent' | 'countAuditEvents' | 'followAudit' | 'exportAudit'>

/** Every read of the log is recorded before its response is sent. */
export const auditHandlers: AuditHandlers = {
  async searchAudit(call) {
    const { limit = 50, cursor, ...filters } = call.query
    const page = call.auditLog.page(filters, { limit, cursor })
    page.catch(() => undefined)
    await call.record({
      kind: 'audit.read',
      detail: { ...filterDetail(filters), page: cursor === undefined ? 'first' : 'next' },
    })
    const { items, next } = await page
    return { items: items.map((found) => toEventResponse(found, call)), next }
  },

  async getAuditEvent(call) {
    const { id, auditLog } = call
    if (!isUuid(id)) throw new NoSuchEvent(id)
    const found = await auditLog.event(id)
    const neighbors = await auditLog.neighbors(found)
    await call.record({ kind: 'audit.read', detail: { event: id } })
    const { canonical, hash, prev } = found
    return {
      ...toEventResponse(found, call),
      canonical,
      hash: hash.toString('hex'),
      prev: prev.toString('hex'),
      neighbors,
    }
  },

  async countAuditEvents(call) {
    const { buckets: maxBuckets = 60, ...filters } = call.query
    const histogramQuery = call.auditLog.histogram(filters, { now: call.moment.at, maxBuckets })
    histogramQuery.catch(() => undefined)
    await call.record({ kind: 'audit.read', detail: { ...filterDetail(filters), page: 'histogram' } })
    const { from, to, countedFrom, buckets, ...histogram } = await histogramQuery
    return {
      ...histogram,
      from: from.toISOString(),
      to: to.toISOString(),
      countedFrom: countedFrom.toISOString(),
      buckets: buckets.map(({ at, ...counts }) => ({ at: at.toISOString(), ...counts })),
    }
  },

  async followAudit(call) {
    const { server, query, auditLog, lastEventId, principal } = call
    const take = () => server.resourceAccount.readings.followers.acquire(limitKeyOf(principal))
    return revocableStream(call, { take, gracePeriod }, async ({ signal, onRead }) => {
      const follower = await createFollower(auditLog.sql, query, lastEventId)
      await call.record({
        kind: 'audit.read',
        detail: { ...filterDetail(query), page: lastEventId === null ? 'follow' : 'follow on' },
      })
      const toResponse = (event: FoundEvent) => toEventResponse(event, call)
      const body = toStream(followStream({ follower, toResponse, signal, onRead }))
      return { body, mediaType: 'text/event-stream', fileName: null }
    })
  },

  async exportAudit(call) {
    const { format: name = 'ndjson', ...filters } = call.query
    const format = exportFormats[name]
    const batches = await readFirst(call.auditLog.all(filters))
    await call
      .record({ kind: 'audit.read', detail: { ...filterDetail(filters), page: 'export', format: name } })
      .catch(async (error: unknown) => {
        await batches.return?.()
        throw error
      })
    const fileName = `audit-${new Date(call.moment.at).toISOString().slice(0, 19).replaceAll(':', '')}.${name === 'csv' ? 'csv' : 'ndjson'}`
    return revocableStream(call, {}, async ({ signal, onRead }) => {
      const body = toStream(
        exportStream({
          batches: { [Symbol.asyncIterator]: () => batches },
          format,
          signal,
          onRead,
          record: ({ count, sha256, complete }) =>
            call.record({
              kind: 'audit.exported',
              detail: { ...filterDetail(filters), format: name, count, sha256, complete },
            }),
        }),
      )
      // If the client disconnects before the first read, nothing else ends the query.
      const onEnd = () => void batches.return?.().catch(() => undefined)
      return { body, mediaType: format.mediaType, fileName, onEnd }
    })
  },
}

/** The detail of an event cannot contain lists. */
function filterDetail(filters: FilterQuery): Record<string, string> {
  return Object.fromEntries(
    Object.entries(filters).map(([name, value]) => [name, typeof value === 'string' ? value : value.join(', ')]),
  )
}

/** Milliseconds for the client to read the last message. */
const gracePeriod = 1_000

/** Buffers at most one part. */
function toStream(parts: AsyncGenerator<string>): Readable {
  return ignoreStreamErrors(Readable.from(parts, { objectMode: true, highWaterMark: 1 }))
}

/** Reads the first batch, so that a failure becomes an error response instead of an incomplete body. */
async function readFirst<T>(batches: AsyncIterable<T>): Promise<AsyncIterator<T>> {
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
