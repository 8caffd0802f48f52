import type { Principal } from '@rack-gateway/rbac-policy'
import type { Allowed, PolicyPackages } from '@rack-gateway/rbac-policy/packages/host'
import type { LiveCall } from './live-call.ts'

/** Asks the policy packages about calls in progress. @returns the reason to end the call, or null */
export type PackageReview = (call: LiveCall, principal: Principal, decision: Allowed) => Promise<string | null>

interface Reviewed {
  /** When the packages that take their time were last asked. */
  allAskedAt: number
  /** Since when a package could not say; null where all could. */
  unclearSince: number | null
  underWay: boolean
}

/** Milliseconds between two reviews by asynchronous packages, each of which may call another service. */
const asynchronousInterval = 30_000
/** Milliseconds for which a call continues while a package fails, so that one failure does not end all sessions at once. */
const maxFailureTime = 60_000

export function createPackageReview(packages: PolicyPackages, now: () => number): PackageReview {
  const known = new WeakMap<LiveCall, Reviewed>()

  function stateOf(call: LiveCall): Reviewed {
    const found = known.get(call)
    if (found) return found
    const made = { allAskedAt: now(), unclearSince: null, underWay: false }
    known.set(call, made)
    return made
  }

  async function ask(state: Reviewed, call: LiveCall, permitted: [Principal, Allowed]): Promise<string | null> {
    const at = now()
    const everyone = at - state.allAskedAt >= asynchronousInterval
    if (everyone) state.allAskedAt = at
    const [principal, decision] = permitted
    const { objection, unclear } = await packages.review(
      { principal, call: { ...call.rackCall, at }, decision },
      everyone ? 'all' : 'synchronous',
    )
    if (objection !== null && objection.effect !== 'allow') return `${objection.reason} ${objection.remedy}`
    if (unclear) state.unclearSince ??= at
    else if (everyone) state.unclearSince = null
    if (!unclear || state.unclearSince === null || at - state.unclearSince < maxFailureTime) return null
    return 'A policy package has failed for a minute. Try again. If it still fails, tell an administrator of the gateway.'
  }

  return async function review(call, principal, decision) {
    const state = stateOf(call)
    if (packages.loaded.length === 0 || state.underWay) return null
    state.underWay = true
    try {
      return await ask(state, call, [principal, decision])
    } finally {
      state.underWay = false
    }
  }
}
