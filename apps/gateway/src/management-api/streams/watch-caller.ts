import type { FastifyInstance } from 'fastify'

export interface WatchOptions {
  readonly server: Pick<FastifyInstance, 'identities' | 'closing'>
  /** @throws when the caller lost access */
  readonly reauthorize: () => Promise<unknown>
}

export interface CallerWatch {
  /** Aborted when the response must end. The abort reason is a message for the client. */
  readonly signal: AbortSignal
  /** Resets the timeout of a client that reads nothing. */
  onRead(): void
  stop(): void
}

/** Milliseconds. */
const checkInterval = 1_000
const readTimeout = 60_000

/**
 * Ends a streamed response within a second after its caller loses access, when the client reads nothing for a minute,
 * and when the gateway stops.
 */
export function watchCaller({ server, reauthorize }: WatchOptions): CallerWatch {
  const { identities, closing } = server
  const ended = new AbortController()
  let lastReadAt = performance.now()

  function check(): void {
    if (performance.now() - lastReadAt > readTimeout) {
      ended.abort(new Error('The client read nothing for a minute. Reconnect to continue.'))
      return
    }
    reauthorize().catch((error: unknown) => ended.abort(error))
  }
  function endOnClose(): void {
    ended.abort(new Error('The gateway is restarting. Reconnect to continue.'))
  }

  const unsubscribe = identities.onChange(check)
  const checking = setInterval(check, checkInterval).unref()
  closing.addEventListener('abort', endOnClose)
  if (closing.aborted) endOnClose()
  return {
    signal: ended.signal,
    onRead() {
      lastReadAt = performance.now()
    },
    stop() {
      unsubscribe()
      clearInterval(checking)
      closing.removeEventListener('abort', endOnClose)
      ended.abort(new Error('The client disconnected.'))
    },
  }
}
