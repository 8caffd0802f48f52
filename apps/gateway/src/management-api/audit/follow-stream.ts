import { setTimeout as wait } from 'node:timers/promises'
import type { FollowedBatch, Follower } from '@rack-gateway/audit/search'

export interface FollowOptions {
  readonly follower: Follower
  /** An event as the follower's client is shown it. */
  readonly show: (event: FollowedBatch['events'][number]['event']) => object
  /** Aborted with the sentence for the client when it is over. */
  readonly signal: AbortSignal
  /** Told each time that the client has taken what there was. */
  readonly onTaken: () => void
}

/** Between two looks at a log in which nothing has happened. */
const idle = 500
/** Under what proxies take for silence. */
const heartbeat = 15_000

/**
 * The events of the HTML standard's `text/event-stream`, as long as somebody takes them: what isn't taken isn't read.
 * A heartbeat carries the position, too, so that a client that saw nothing for long need not look at all of it again.
 */
export async function* followStream({ follower, show, signal, onTaken }: FollowOptions): AsyncGenerator<string> {
  yield 'retry: 1000\n: following\n\n'
  let said = performance.now()
  while (!signal.aborted) {
    onTaken()
    const { events, position, gaps, full } = await follower.next()
    const text = [
      ...events.map(({ event, position: at }) => message('audit', show(event), at)),
      ...gaps.map((gap) => message('gap', gap)),
    ].join('')
    const silent = performance.now() - said > heartbeat
    if (text !== '' || silent) {
      yield text === '' ? `id: ${position}\n\n` : text
      said = performance.now()
    }
    if (!full) await wait(idle, undefined, { signal }).catch(() => undefined)
  }
  yield message('end', { reason: reasonOf(signal) })
}

/** JSON has no line's end, so it is one field. */
function message(name: string, data: object, id?: string): string {
  return `${id === undefined ? '' : `id: ${id}\n`}event: ${name}\ndata: ${JSON.stringify(data)}\n\n`
}

function reasonOf({ reason }: AbortSignal): string {
  return reason instanceof Error ? reason.message : String(reason)
}
