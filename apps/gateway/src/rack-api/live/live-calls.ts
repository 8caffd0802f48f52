import { AuthUnavailable, type Identities, isDenial } from '@rack-gateway/auth'
import { formatMessage } from '@rack-gateway/errors'
import type { Allowed, Decision, Policy } from '@rack-gateway/rbac-policy'
import type { PolicyPackages } from '@rack-gateway/rbac-policy/packages/host'
import type { CallEndings } from './call-endings.ts'
import type { CallListing } from './call-listing.ts'
import type { LiveCall } from './live-call.ts'
import { createPackageReview } from './package-review.ts'

/** WebSockets and transfers in progress. Pings the WebSockets, and ends each call whose caller loses the permission. */
export interface LiveCalls {
  /** @returns a function that removes the call */
  add(call: LiveCall): () => void
  /** Makes `settled` wait for the end of a WebSocket and for its event. */
  trackEnd(end: Promise<void>): void
  settled(): Promise<void>
  /** Ends all WebSockets, including those that are opened later. */
  endAll(reason: string): void
  stop(): void
}

export interface LiveCallsOptions {
  readonly identities: Identities
  readonly policy: Policy
  readonly packages: PolicyPackages
  readonly listing: Pick<CallListing, 'add' | 'remove'>
  readonly endings: Pick<CallEndings, 'add'>
  readonly now: () => number
  readonly onError: (error: unknown) => void
  /** Milliseconds between two pings. */
  readonly pingInterval?: number | undefined
}

/** Well below the 60 s of silence after which a rack's ingress closes a connection. */
export const defaultPingInterval = 20_000
/** Milliseconds. A call ends within a second after its token or binding expires. */
const reviewInterval = 1_000

export function createLiveCalls(options: LiveCallsOptions): LiveCalls {
  const { identities, policy, packages, listing, endings, now, onError, pingInterval = defaultPingInterval } = options
  const reviewPackages = createPackageReview(packages, now)
  const calls = new Set<LiveCall>()
  const ends = new Set<Promise<void>>()
  let endReason: string | null = null

  async function review(call: LiveCall): Promise<void> {
    const principal = await identities.findPrincipal(call.credential)
    if (isDenial(principal)) return call.end(formatMessage(principal))
    const decision = policy.decide(principal, { ...call.rackCall, at: now() })
    // Only the start of a call needs a proof of a second factor.
    const granted = allowedApartFromStepUp(decision, call)
    if (granted === null) {
      if (decision.effect !== 'allow') call.end(`${decision.reason} ${decision.remedy}`)
      return
    }
    const objection = await reviewPackages(call, principal, granted)
    if (objection !== null && calls.has(call)) call.end(objection)
  }

  /** Ends the call if the database has not responded for `AUTH_MAX_STALE`, because the permission is unknown then. */
  function check(call: LiveCall): void {
    review(call).catch((error: unknown) => {
      if (error instanceof AuthUnavailable) call.end(error.message)
      else onError(error)
    })
  }

  function reviewAll(): void {
    for (const call of calls) check(call)
  }

  const unsubscribe = identities.onChange(reviewAll)
  const reviewing = setInterval(reviewAll, reviewInterval).unref()
  const pinging = setInterval(function keepAlive() {
    for (const call of calls) call.ping()
  }, pingInterval).unref()

  return {
    add(call) {
      const { listed } = call
      calls.add(call)
      const removeEnding = endings.add(listed.id, call.end)
      listing.add(listed)
      // The permission may have changed while the rack answered.
      if (endReason !== null && call.kind === 'websocket') call.end(endReason)
      else check(call)
      return () => {
        calls.delete(call)
        removeEnding()
        listing.remove(listed.id)
      }
    },
    trackEnd(end) {
      ends.add(end)
      const forgetEnd = () => ends.delete(end)
      end.then(forgetEnd, forgetEnd)
    },
    async settled() {
      await Promise.allSettled(ends)
    },
    endAll(reason) {
      endReason = reason
      for (const call of calls) if (call.kind === 'websocket') call.end(reason)
    },
    stop() {
      unsubscribe()
      clearInterval(reviewing)
      clearInterval(pinging)
    },
  }
}

/**
 * The decision that allows the call, apart from a proof of a second factor; null if the call is not allowed, or if
 * observe mode let it start without the proof.
 */
function allowedApartFromStepUp(decision: Decision, { isObserved }: LiveCall): Allowed | null {
  if (decision.effect === 'allow') return decision
  if (isObserved) return null
  return decision.effect === 'require' && decision.requirement === 'step-up' ? decision.granted : null
}
