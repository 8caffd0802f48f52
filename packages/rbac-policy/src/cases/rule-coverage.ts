import { expandPermission } from '../compiled-role.ts'
import { builtInPolicy } from '../document.ts'
import type { PolicyDocument } from '../policy-document.ts'
import { requiredPermissions } from '../required-permissions.ts'
import type { Decision, Permission, RackCall, Role } from '../types.ts'

/** Something that a document says, and whether any case came to it. */
export interface CoveredRule {
  /** As decisions name it; of a role's permission `role:<role> <permission>`. */
  readonly rule: string
  /** Where it is written, such as `policy.yaml:12`. */
  readonly source: string
  readonly exercised: boolean
}

export interface RuleCoverage {
  /** Takes note of a decision that a case's outcome comes from, and of the call that was decided. */
  saw(decision: Decision, call: RackCall): void
  rules(): readonly CoveredRule[]
}

/** Keeps count of what a document itself says: what it leaves as it is built in isn't its own. */
export function coverageOf(document: PolicyDocument): RuleCoverage {
  const rules = new Map<string, Pick<CoveredRule, 'source'>>()
  const grants = new Map<string, Map<string, readonly Permission[]>>()
  const exercised = new Set<string>()
  const isOwn = (source: string | undefined): source is string => source?.startsWith(`${document.source}:`) ?? false

  for (const role of document.roles) {
    const { name, source, when = [] } = role
    if (!isOwn(source)) continue
    const own = ownPermissions(role, document)
    if (own.length === 0) rules.set(`role:${name}`, { source })
    for (const permission of own) rules.set(grantName(name, permission), { source })
    grants.set(name, new Map(own.map((pattern) => [pattern, expandPermission(pattern)])))
    if (when.length > 0) rules.set(`condition:${name}`, { source })
  }
  for (const { id, source } of document.commands) if (isOwn(source)) rules.set(`command:${id}`, { source })
  for (const { route, source } of document.blocked) if (isOwn(source)) rules.set(`blocked:${route}`, { source })
  if (document.protectedKeys.length > 0) rules.set('protected-key', { source: document.source })
  if (document.protectedParameters.length > 0) rules.set('protected-parameter', { source: document.source })

  const above = new Map(document.roles.map(({ name, extends: names = [] }) => [name, [name, ...names]]))

  function sawRoles(held: readonly string[], required: readonly Permission[]): void {
    for (const role of new Set(held.flatMap((name) => above.get(name) ?? []))) {
      exercised.add(`role:${role}`)
      for (const [pattern, permissions] of grants.get(role) ?? [])
        if (required.some((permission) => permissions.includes(permission))) exercised.add(grantName(role, pattern))
    }
  }

  return {
    saw(decision, call) {
      exercised.add(decision.rule)
      if (decision.effect === 'allow') sawRoles(decision.roles, requiredPermissions(call))
    },
    rules: () => [...rules].map(([rule, { source }]) => ({ rule, source, exercised: exercised.has(rule) })),
  }
}

function grantName(role: string, permission: Permission): string {
  return `role:${role} ${permission}`
}

/** Without those that it has from others, or has built in. */
function ownPermissions(role: Role, document: PolicyDocument): Permission[] {
  const { name, permissions, extends: names = [] } = role
  const builtIn = builtInPolicy()
  const others = [
    ...document.roles.filter((other) => other !== role && names.includes(other.name)),
    ...(document.source === builtIn.source ? [] : builtIn.roles.filter((other) => other.name === name)),
  ]
  const given = new Set(others.flatMap((other) => other.permissions))
  return permissions.filter((permission) => !given.has(permission))
}
