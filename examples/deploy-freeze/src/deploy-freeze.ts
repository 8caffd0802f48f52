import {
  type CallContext,
  definePolicy,
  type EvaluationResult,
  type PackageCall,
  type PolicyPackage,
} from '@rack-gateway/rbac-policy/packages'
import { type Calendar, type Freeze, freezeAt } from './calendar.ts'
import { overrideRoute } from './override-route.ts'
import { createOverrides, type Overrides } from './overrides.ts'

export { type Calendar, type Freeze, readCalendar } from './calendar.ts'
export { createOverrides, type Overrides } from './overrides.ts'

const name = 'deploy-freeze'

/** Denies deploys during the freezes of a calendar, except to users with an override. */
export function deployFreeze(calendar: Calendar, overrides: Overrides = createOverrides()): PolicyPackage {
  const frozen = new Set(calendar.permissions)

  return definePolicy({
    name,
    // Looks up `overrides` only for calls that a freeze affects, which are few.
    evaluate(call, context) {
      const freeze = frozen.has(call.permission) ? freezeAt(calendar, call.rack, call.at) : null
      return freeze === null ? null : decide(freeze, call, context)
    },
    register: overrideRoute(calendar, overrides),
  })

  async function decide(
    freeze: Freeze,
    call: PackageCall,
    { principal, simulated, log }: CallContext,
  ): Promise<EvaluationResult> {
    const until = principal.kind === 'user' ? await overrides.openUntil(principal.id, call.rack) : null
    if (until !== null && call.at < until) {
      // A dry run must not be logged.
      if (!simulated)
        log.warn(
          `${principal.name} overrides the freeze "${freeze.name}": ${call.route} on ${call.app} of ${call.rack}`,
        )
      return null
    }
    return {
      effect: 'deny',
      rule: 'frozen',
      reason: `The rack ${call.rack} is frozen until ${minuteOf(freeze.until)} (${freeze.name}).`,
      next: remedyOf(calendar),
    }
  }
}

function remedyOf({ override: { roles } }: Calendar): string {
  if (roles.length === 0) return 'Wait until then.'
  return `Wait until then. If the deploy is urgent, a user with the role ${roles.join(' or ')} can override the freeze: POST /gateway/packages/${name}/override`
}

function minuteOf(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`
}
