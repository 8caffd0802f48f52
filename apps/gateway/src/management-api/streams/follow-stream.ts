import { setTimeout as wait } from 'node:timers/promises'
import type { FollowedBatch, Follower } from '@rack-gateway/audit'

export interface FollowOptions {
  readonly follower: Follower
  readonly toResponse: (event: FollowedBatch['events'][number]['event']) => object
  /** Aborted when the response must end. The abort reason is a message for the client. */
  readonly signal: AbortSignal
  /** Called each time the client has read everything that was sent. */
  readonly onRead: () => void
}

/** Milliseconds between two reads of an idle log. */
const pollInterval = 500
/** Milliseconds. Shorter than the idle timeouts of proxies. */
const heartbeatInterval = 15_000

/**
 * Server-sent events. Reads more of the log only after the client has read the previous events.
 * The first message and each heartbeat contain the position, so that a client that received no event continues there.
 */
export async function* followStream({ follower, toResponse, signal, onRead }: FollowOptions): AsyncGenerator<string> {
  yield `retry: 1000\nid: ${follower.position()}\n\n`
  let lastSentAt = performance.now()
  while (!signal.aborted) {
    onRead()
    const { events, position, gaps, full } = await follower.next()
    const text = [
      ...events.map(({ event, position: id }) => message('audit', toResponse(event), id)),
      ...gaps.map((gap) => message('gap', gap)),
    ].join('')
    const needsHeartbeat = performance.now() - lastSentAt > heartbeatInterval
    if (text !== '' || needsHeartbeat) {
      yield text === '' ? `id: ${position}\n\n` : text
      lastSentAt = performance.now()
    }
    if (!full) await wait(pollInterval, undefined, { signal }).catch(() => undefined)
  }
  yield message('end', { reason: reasonOf(signal) })
}

/** JSON has no line breaks, so it fits into one field. */
function message(name: string, data: object, id?: string): string {
  return `${id === undefined ? '' : `id: ${id}\n`}event: ${name}\ndata: ${JSON.stringify(data)}\n\n`
}

function reasonOf({ reason }: AbortSignal): string {
  return reason instanceof Error ? reason.message : String(reason)
}
