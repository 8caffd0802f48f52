import type { Principal } from '@rack-gateway/rbac-policy'
import type { Allowed, PolicyPackages } from '@rack-gateway/rbac-policy/packages/host'
import type { LiveCall } from './live-call.ts'

/** Asks the policy packages about calls in progress. @returns the reason to end the call, or null */
export type PackageReview = (call: LiveCall, principal: Principal, decision: Allowed) => Promise<string | null>

interface ReviewState {
  /** When all packages, including the asynchronous ones, were last asked. */
  allAskedAt: number
  /** Since when a package has failed to decide; null if all packages decided. */
  unclearSince: number | null
  isRunning: boolean
}

/** Milliseconds between two reviews by asynchronous packages, each of which may call another service. */
const asynchronousInterval = 30_000
/** Milliseconds. A call continues while a package fails, so that one failure does not end all sessions at once. */
const maxFailureTime = 60_000

export function createPackageReview(packages: PolicyPackages, now: () => number): PackageReview {
  const states = new WeakMap<LiveCall, ReviewState>()

  function stateOf(call: LiveCall): ReviewState {
    const existing = states.get(call)
    if (existing) return existing
    const state = { allAskedAt: now(), unclearSince: null, isRunning: false }
    states.set(call, state)
    return state
  }

  async function ask(state: ReviewState, call: LiveCall, allowed: [Principal, Allowed]): Promise<string | null> {
    const at = now()
    const asksAll = at - state.allAskedAt >= asynchronousInterval
    if (asksAll) state.allAskedAt = at
    const [principal, decision] = allowed
    const { objection, unclear } = await packages.review(
      { principal, call: { ...call.rackCall, at }, decision },
      asksAll ? 'all' : 'synchronous',
    )
    if (objection !== null && objection.effect !== 'allow') return `${objection.reason} ${objection.remedy}`
    if (unclear) state.unclearSince ??= at
    else if (asksAll) state.unclearSince = null
    if (!unclear || state.unclearSince === null || at - state.unclearSince < maxFailureTime) return null
    return 'A policy package has failed for a minute. Try again. If it still fails, tell an administrator of the gateway.'
  }

  return async function review(call, principal, decision) {
    const state = stateOf(call)
    if (packages.loaded.length === 0 || state.isRunning) return null
    state.isRunning = true
    try {
      return await ask(state, call, [principal, decision])
    } finally {
      state.isRunning = false
    }
  }
}
