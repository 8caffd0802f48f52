import { setImmediate } from 'node:timers/promises'
import { withTimeout } from '@rack-gateway/errors/with-timeout'
import type { Allowed, Decision, Principal, RackCall } from '@rack-gateway/rbac-policy'
import type { PolicyPackages } from '@rack-gateway/rbac-policy/packages/host'
import { PackagesTooSlow } from '../errors.ts'

/** Asks the policy packages what they would say to a call of somebody that nobody makes. @throws PackagesTooSlow */
export type AskPackages = (principal: Principal, call: RackCall, decision: Allowed) => Promise<Decision>

/** Milliseconds for everything that one caller asks at once: the command waits for ten seconds. */
const longest = 8_000

/** For one question of a caller, which may be about many calls, each of which may turn out in many ways. */
export function simulatedPackages(
  packages: Pick<PolicyPackages, 'loaded' | 'simulation'>,
  within = longest,
): AskPackages {
  const simulate = packages.simulation()
  const deadline = performance.now() + within

  return async function ask(principal, call, decision) {
    if (packages.loaded.length === 0) return decision
    // What is really called comes between two questions.
    await setImmediate()
    const left = Math.max(0, deadline - performance.now())
    return withTimeout(simulate({ principal, call, decision }), left, throwTooSlow)
  }
}

function throwTooSlow(): never {
  throw new PackagesTooSlow(tooSlow, 'ask about fewer calls, or tell an administrator of the gateway')
}

const tooSlow =
  'the policy packages of this gateway have not judged this within 8 seconds, so what it would come to is not known:'
