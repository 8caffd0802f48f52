import {
  type CallContext,
  definePolicy,
  type EvaluationResult,
  type PackageCall,
  type PolicyPackage,
} from '@rack-gateway/rbac-policy/packages'
import { breakGlassRoutes } from './break-glass.ts'
import { type BrokenGlass, brokenGlassInMemory } from './broken-glass.ts'
import { type Calendar, type Freeze, freezeAt } from './calendar.ts'

export { type BrokenGlass, brokenGlassInMemory } from './broken-glass.ts'
export { type Calendar, type Freeze, readCalendar } from './calendar.ts'

const name = 'deploy-freeze'

/** Refuses deploys in the calendar's freezes, except to people who have broken the glass. */
export function deployFreeze(calendar: Calendar, glass: BrokenGlass = brokenGlassInMemory()): PolicyPackage {
  const frozen = new Set(calendar.permissions)

  return definePolicy({
    name,
    // A freeze does not affect most calls, so these are decided without the store.
    evaluate(call, context) {
      const freeze = frozen.has(call.permission) ? freezeAt(calendar, call.rack, call.at) : null
      return freeze === null ? null : judge(freeze, call, context)
    },
    register: breakGlassRoutes(calendar, glass),
  })

  async function judge(
    freeze: Freeze,
    call: PackageCall,
    { principal, simulated, log }: CallContext,
  ): Promise<EvaluationResult> {
    const until = principal.kind === 'user' ? await glass.openUntil(principal.id, call.rack) : null
    if (until !== null && call.at < until) {
      // A dry run must not be logged.
      if (!simulated)
        log.warn(
          `${principal.name} goes on in the freeze "${freeze.name}": ${call.route} on ${call.app} of ${call.rack}`,
        )
      return null
    }
    return {
      effect: 'deny',
      rule: 'frozen',
      reason: `The rack ${call.rack} is frozen until ${minuteOf(freeze.until)} (${freeze.name}).`,
      next: nextStep(calendar),
    }
  }
}

function nextStep({ breakGlass: { roles } }: Calendar): string {
  if (roles.length === 0) return 'Wait until then.'
  return `Wait until then; if it can not wait, somebody with the role ${roles.join(' or ')} breaks the glass for themselves: POST /gateway/packages/${name}/break-glass`
}

function minuteOf(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`
}
