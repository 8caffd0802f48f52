import { type CompiledCondition, compileCondition } from '../conditions/condition.ts'
import type { Permission } from '../model/types.ts'
import { expandWithImplied } from '../permissions/permission-patterns.ts'
import type { Role } from '../policy-document/policy-document.ts'
import { type CompiledStepUpRule, compileRule } from '../step-up/step-up.ts'

export interface CompiledRole {
  readonly name: string
  readonly source: string
  /** The names of this role and of the roles that it extends. Command rules for any of these names apply. */
  readonly names: readonly string[]
  readonly when: readonly CompiledCondition[]
  readonly stepUp: readonly CompiledStepUpRule[]
  /** Whether the role has a permission of the rack API. */
  readonly concernsRacks: boolean
  has(permission: Permission): boolean
  explainPermission(permission: Permission): PermissionOrigin
}

/** The rule, source, and reason of a decision that allows. */
export interface PermissionOrigin {
  readonly rule: string
  readonly source: string
  readonly reason: string
}

/** `*` includes permissions that later versions of the gateway add. */
export function compileRole({
  name,
  permissions: granted,
  extends: bases = [],
  when = [],
  stepUp = [],
  source = 'bindings', // Permissions that were granted one by one belong to no document.
}: Role): CompiledRole {
  const all = expandWithImplied(granted)
  const hasEvery = granted.includes('*')
  return {
    name,
    source,
    names: [...new Set([name, ...bases])],
    when: when.map(compileCondition),
    stepUp: stepUp.flatMap(({ role, ...rule }) => {
      const words = {
        what: `role ${role}`,
        subject: `Every call through the role ${role}`,
        source,
      }
      return compileRule(rule, words) ?? []
    }),
    concernsRacks: hasEvery || [...all].some((permission) => !permission.startsWith('gateway:')),
    has: (permission) => hasEvery || all.has(permission),
    explainPermission: (permission) => ({
      rule: `role:${name}`,
      source,
      reason: `The role ${name} grants ${permission}.`,
    }),
  }
}
