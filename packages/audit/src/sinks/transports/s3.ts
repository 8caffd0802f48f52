import { createHash } from 'node:crypto'
import type { ObjectStore } from '@rack-gateway/object-store'
import type { SinkEvent } from './sink-event.ts'
import type { SinkTransport } from './transport.ts'

export interface S3TransportOptions {
  readonly store: ObjectStore
  /** Milliseconds that a partial batch waits for more events. Default 60,000. */
  readonly linger?: number
}

/** One object per batch with one line per event: `2026/11/25/<stream>/<first seq>-<last seq>-<digest>.ndjson`. */
export function createS3Transport({ store, linger = 60_000 }: S3TransportOptions): SinkTransport {
  return {
    limits: { events: 5_000, characters: 2 * 1024 * 1024 },
    linger,
    async deliver(events, signal) {
      const bytes = Buffer.from(events.map(({ canonical }) => `${canonical}\n`).join(''))
      await store.put(keyOf(events, bytes), bytes, { signal })
    },
    async close() {
      store.close()
    },
  }
}

/** The digest distinguishes batches with equal bounds, because objects are never replaced. */
function keyOf(events: readonly SinkEvent[], bytes: Buffer): string {
  const [first] = events
  const last = events.at(-1)
  if (!first || !last) throw new Error('there are no events')
  const day = new Date(first.moment).toISOString().slice(0, 10).replaceAll('-', '/')
  const digest = createHash('sha256').update(bytes).digest('hex').slice(0, 16)
  return `${day}/${first.stream}/${padded(first.seq)}-${padded(last.seq)}-${digest}.ndjson`
}

/** Padded, so that keys sort in order of events. */
function padded(seq: number): string {
  return String(seq).padStart(12, '0')
}
