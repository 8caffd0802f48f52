import type { Identities } from '@rack-gateway/auth'

export interface WatchOptions {
  readonly identities: Pick<Identities, 'onChange'>
  /** @throws when the caller may no longer */
  readonly permitted: () => Promise<void>
  /** Of the gateway: aborted when it stops. */
  readonly closing: AbortSignal
}

export interface Watch {
  /** Aborted when it is over, with the sentence for the client. */
  readonly signal: AbortSignal
  /** Whoever takes nothing for a minute is not there. */
  taken(): void
  stop(): void
}

const reviewEvery = 1_000
const patience = 60_000

/** Ends what is under way within a second after its caller may no longer read, when nobody takes it, and when the gateway stops. */
export function watchCaller({ identities, permitted, closing }: WatchOptions): Watch {
  const over = new AbortController()
  let takenAt = performance.now()

  function review(): void {
    if (performance.now() - takenAt > patience) {
      over.abort(new Error('nothing was taken for a minute; go on from where you were'))
      return
    }
    permitted().catch((error: unknown) => over.abort(error))
  }
  function stopWithGateway(): void {
    over.abort(new Error('the gateway is being restarted; connect again'))
  }

  const forget = identities.onChange(review)
  const reviewing = setInterval(review, reviewEvery).unref()
  closing.addEventListener('abort', stopWithGateway)
  if (closing.aborted) stopWithGateway()
  return {
    signal: over.signal,
    taken() {
      takenAt = performance.now()
    },
    stop() {
      forget()
      clearInterval(reviewing)
      closing.removeEventListener('abort', stopWithGateway)
      over.abort(new Error('nobody is there any more'))
    },
  }
}
