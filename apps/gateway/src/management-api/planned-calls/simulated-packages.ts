import { setImmediate } from 'node:timers/promises'
import type { Allowed, Decision, Principal, RackCall } from '@rack-gateway/rbac-policy'
import type { PolicyPackages } from '@rack-gateway/rbac-policy/packages/host'
import { withTimeout } from '@rack-gateway/time'
import { PackagesTooSlow } from '../../errors.ts'

/** Asks the policy packages to decide a call that is not sent. @throws PackagesTooSlow */
export type SimulatePackages = (principal: Principal, call: RackCall, decision: Allowed) => Promise<Decision>

/** Milliseconds for all calls of one request. The CLI waits for ten seconds. */
const defaultTimeout = 8_000

/** All calls of a request share one deadline. */
export function simulatedPackages(
  packages: Pick<PolicyPackages, 'loaded' | 'simulation'>,
  timeout = defaultTimeout,
): SimulatePackages {
  const simulate = packages.simulation()
  const deadline = performance.now() + timeout

  return async function simulateCall(principal, call, decision) {
    if (packages.loaded.length === 0) return decision
    // Lets real calls run between two simulations.
    await setImmediate()
    const remaining = Math.max(0, deadline - performance.now())
    return withTimeout(simulate({ principal, call, decision }), remaining, throwTooSlow)
  }
}

function throwTooSlow(): never {
  throw new PackagesTooSlow(
    'The policy packages of this gateway did not decide within 8 seconds.',
    'Send fewer planned calls in one request, or tell an administrator of the gateway.',
  )
}
