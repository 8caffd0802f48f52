import { parseEventStream } from '@rack-gateway/gateway-api/event-stream'
import { openStream } from '../../../api/client.ts'
import { ApiError, NoResponse } from '../../../api/errors/api-error.ts'
import type { AuditQuery } from '../filter/filter-query.ts'
import type { Entry } from './collapse.ts'
import { toEntry } from './events-query.ts'

/** Numbers of events that are missing in a stream of the audit log, although the stream has later events. */
export interface Gap {
  readonly stream: string
  readonly from: number
  readonly to: number
}

export interface FollowOptions {
  /** A query without times. */
  readonly query: AuditQuery
  readonly signal: AbortSignal
  /** @param isResumed whether the response continues after the last event; otherwise, it begins with new events */
  readonly onOpen: (isResumed: boolean) => void
  readonly onEvent: (entry: Entry) => void
  readonly onGap: (gap: Gap) => void
  /** @param delay milliseconds until the connection is opened again */
  readonly onLost: (error: Error, delay: number) => void
  /** Also resolves when the signal is aborted. */
  readonly wait: (milliseconds: number, signal: AbortSignal) => Promise<void>
}

/** Milliseconds without any byte after which a connection counts as lost. The gateway sends something every 15 s. */
const maxSilence = 45_000

/**
 * Follows the log until `signal` is aborted. After a lost connection, continues after the last event. Does not use
 * EventSource, which stops at the first error of the gateway, and hides the text of the error.
 *
 * @throws ApiError for a status below 500 other than 429
 */
export async function followEvents({ query, signal, wait, ...callbacks }: FollowOptions): Promise<void> {
  let lastEventId: string | null = null
  let delay = firstDelay
  while (!signal.aborted) {
    try {
      const stream = await openStream('/audit/events/stream', { query }, { lastEventId, signal })
      callbacks.onOpen(lastEventId !== null)
      for await (const { id, name, data } of parseEventStream(chunksOf(stream, signal))) {
        delay = firstDelay
        if (id !== null) lastEventId = id
        if (name === 'audit') callbacks.onEvent(toEntry(JSON.parse(data)))
        else if (name === 'gap') callbacks.onGap(JSON.parse(data))
      }
      throw new NoResponse()
    } catch (error) {
      if (signal.aborted) return
      if (error instanceof ApiError && error.status < 500 && error.status !== 429) throw error
      callbacks.onLost(error instanceof Error ? error : new NoResponse(), delay)
      await wait(delay, signal)
      delay = Math.min(2 * delay, longestDelay)
    }
  }
}

const firstDelay = 1_000
const longestDelay = 15_000

async function* chunksOf(stream: ReadableStream<Uint8Array>, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader()
  let timer: ReturnType<typeof setTimeout> | undefined
  try {
    for (;;) {
      timer = setTimeout(() => void reader.cancel(), maxSilence)
      const { done, value } = await reader.read()
      clearTimeout(timer)
      if (done || signal.aborted) return
      yield value
    }
  } finally {
    clearTimeout(timer)
    reader.cancel().catch(() => undefined)
  }
}
