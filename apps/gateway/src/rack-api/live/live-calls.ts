import { AuthUnavailable, type Identities, isDenial } from '@rack-gateway/auth'
import { formatMessage } from '@rack-gateway/errors'
import type { Allowed, DecidingGrant, Decision, Policy, Principal } from '@rack-gateway/rbac-policy'
import type { PolicyPackages } from '@rack-gateway/rbac-policy/packages/host'
import { withTimeout } from '@rack-gateway/time'
import type { CallEndings } from './call-endings.ts'
import type { CallListing } from './call-listing.ts'
import type { ExplainGrantEnd } from './grant-endings.ts'
import { dueNotice, noticeText } from './grant-notices.ts'
import type { LiveCall } from './live-call.ts'
import { createPackageReview } from './package-review.ts'

/**
 * WebSockets and transfers in progress. Pings the WebSockets, ends each call whose caller loses the permission, and
 * notifies a session before its grant ends.
 */
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
  readonly explainGrantEnd: ExplainGrantEnd
  readonly now: () => number
  readonly onError: (error: unknown) => void
  /** Milliseconds between two pings. */
  readonly pingInterval?: number | undefined
}

/** Well below the 60 s of silence after which a rack's ingress closes a connection. */
export const defaultPingInterval = 20_000
/** Milliseconds. A call ends within a second after its token or binding expires. */
const reviewInterval = 1_000

/** Milliseconds. With the search for the reason, the end of the call takes less than a second. */
const approvalTimeout = 400
/** Milliseconds. */
const lookupTimeout = 500
const unknownPrincipal = 'The gateway cannot look up your permissions. Run the command again.'
const undecided = 'The policy packages did not decide in time whether the call can continue. Run the command again.'

interface CallState {
  /** The grant that allows the call now; null if bindings allow it. */
  grant: DecidingGrant | null
  /** The last notice about the end of the grant, in minutes before the end; null if there was none. */
  lastNotice: number | null
  /** Whether the call ends as soon as the reason is known. */
  isEnding: boolean
}

/** A caller, and the decision of the policy that allows the call now. */
interface Reviewed {
  readonly principal: Principal
  readonly granted: Allowed
}

export function createLiveCalls(options: LiveCallsOptions): LiveCalls {
  const { identities, policy, packages, listing, endings, explainGrantEnd, now, onError } = options
  const { pingInterval = defaultPingInterval } = options
  const reviewPackages = createPackageReview(packages, now)
  const calls = new Map<LiveCall, CallState>()
  const ends = new Set<Promise<void>>()
  let endReason: string | null = null

  async function review(call: LiveCall, state: CallState): Promise<void> {
    const found = await findPrincipal(call, state)
    if (found === null) return endDenied(call, state, unknownPrincipal)
    if (isDenial(found)) return call.end(formatMessage(found))
    const principal = withoutUnstartedGrants(found, state.grant)
    const decision = policy.decide(principal, { ...call.rackCall, at: now() })
    // Only the start of a call needs a proof of a second factor.
    const granted = allowedApartFromStepUp(decision, call)
    if (granted === null) {
      if (decision.effect !== 'allow') await endDenied(call, state, `${decision.reason} ${decision.remedy}`)
      return
    }
    const objection = await reviewPackages(call, principal, granted)
    if (objection !== null) return endDenied(call, state, objection)
    const attributed = await attributeCall(call, state, { principal, granted })
    if (attributed === null || !calls.has(call) || state.isEnding) return
    followGrant(call, state, attributed)
    notifyBeforeEnd(call, state, { principal, granted })
  }

  /**
   * A call can depend on its grant, although bindings give the permission: as the approval that a policy package
   * requires, or for the values that it shows. Such a call keeps its grant until the grant ends.
   *
   * @returns the decision with the grant that allows the call from now on; null if the call ends
   */
  async function attributeCall(call: LiveCall, state: CallState, review: Reviewed): Promise<Allowed | null> {
    const { principal, granted } = review
    if (state.grant === null || granted.grant?.id === state.grant.id) return granted
    if (!call.endsWithGrant && packages.loaded.length === 0) return granted
    const kept = findLiveGrant(principal, state.grant, now())
    if (kept !== null) return { ...granted, grant: kept }
    if (call.endsWithGrant) {
      await endDenied(call, state, 'Your access ended.')
      return null
    }
    const allowedCall = { principal, call: { ...call.rackCall, at: now() }, decision: granted }
    const decision = await withTimeout(packages.narrow(allowedCall), approvalTimeout, () => null)
    const allowed = decision && allowedApartFromStepUp(decision, call)
    if (allowed !== null) return allowed
    const denial =
      decision === null || decision.effect === 'allow' ? undecided : `${decision.reason} ${decision.remedy}`
    await endDenied(call, state, denial)
    return null
  }

  /** A grant ends on time, even if the database does not respond. @returns null on timeout */
  function findPrincipal({ credential }: LiveCall, { grant }: CallState) {
    const finding = identities.findPrincipal(credential)
    const hasEnded = grant !== null && grant.expiresAt <= now()
    return hasEnded ? withTimeout(finding, lookupTimeout, () => null) : finding
  }

  async function endDenied(call: LiveCall, state: CallState, denial: string): Promise<void> {
    if (state.isEnding) return
    state.isEnding = true
    const reason = state.grant === null ? null : await explainGrantEnd(state.grant)
    if (calls.has(call)) call.end(reason ?? denial)
  }

  /** The expiry of a grant changes when its first use starts it. */
  function followGrant(call: LiveCall, state: CallState, granted: Allowed): void {
    const previous = state.grant
    const grant = granted.grant ?? null
    state.grant = grant
    if (grant?.id === previous?.id) return
    state.lastNotice = null
    listing.add({ ...call.listed, grant: grant?.id ?? null })
    call.onGrantChange(granted, previous)
  }

  /** No notice if the call can continue after the end of the grant, for example under the grant of an extension. */
  function notifyBeforeEnd(call: LiveCall, state: CallState, { principal, granted }: Reviewed): void {
    const { grant, lastNotice } = state
    if (call.notify === null || grant === null || grant.startsWithUse) return
    const due = dueNotice(grant, lastNotice, now())
    if (due === null) return
    const later = policy.decide(principal, { ...call.rackCall, at: grant.expiresAt })
    const isApproval = granted.grant?.id !== grant.id
    if (!isApproval && allowedApartFromStepUp(later, call) !== null) return
    if (call.notify(noticeText(grant, now()))) state.lastNotice = due
  }

  /** Ends the call if the database has not responded for `AUTH_MAX_STALE`, because the permission is unknown then. */
  function check(call: LiveCall, state: CallState): void {
    review(call, state).catch((error: unknown) => {
      if (error instanceof AuthUnavailable) call.end(error.message)
      else onError(error)
    })
  }

  function reviewAll(): void {
    for (const [call, state] of calls) check(call, state)
  }

  /** So that a call ends with its grant, and not at the next review. */
  function checkAtEnd(call: LiveCall, state: CallState): void {
    const left = (state.grant?.expiresAt ?? 0) - now()
    if (left > 0 && left <= reviewInterval) setTimeout(() => calls.has(call) && check(call, state), left + 1).unref()
  }

  const unsubscribe = identities.onChange(reviewAll)
  const reviewing = setInterval(function reviewPeriodically() {
    reviewAll()
    for (const [call, state] of calls) checkAtEnd(call, state)
  }, reviewInterval).unref()
  const pinging = setInterval(function keepAlive() {
    for (const call of calls.keys()) call.ping()
  }, pingInterval).unref()

  return {
    add(call) {
      const { listed, grant } = call
      const state: CallState = { grant, lastNotice: null, isEnding: false }
      calls.set(call, state)
      const removeEnding = endings.add(listed.id, call.end)
      listing.add(listed)
      // The permission may have changed while the rack answered.
      if (endReason !== null && call.kind === 'websocket') call.end(endReason)
      else check(call, state)
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
      for (const call of calls.keys()) if (call.kind === 'websocket') call.end(reason)
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

/**
 * A grant that its first use starts must be started before it allows anything, and only a new call starts it. The
 * call's own grant was started with the call, but the principal can still be cached from before.
 */
function withoutUnstartedGrants(principal: Principal, own: DecidingGrant | null): Principal {
  const { grants = [] } = principal
  const started = grants.filter(({ id, startsWithUse }) => !startsWithUse || id === own?.id)
  return started.length === grants.length ? principal : { ...principal, grants: started }
}

function findLiveGrant({ grants = [] }: Principal, { id }: DecidingGrant, now: number): DecidingGrant | null {
  const grant = grants.find((one) => one.id === id)
  if (grant === undefined || now < grant.startsAt || now >= grant.expiresAt) return null
  const { expiresAt, startsWithUse } = grant
  return { id, expiresAt, startsWithUse }
}
