import { type CompiledRole, compileRole } from '../compiled-policy/compiled-role.ts'
import { permissions } from '../permissions/permissions.ts'
import type { PolicyDocument, Role } from '../policy-document/policy-document.ts'
import { commandsChanged } from './commands-changed.ts'
import { changeForEveryone, isEqual, type PolicyChange } from './policy-change.ts'
import { requestsChanged } from './requests-changed.ts'
import { recordingsChanged, valuesChanged } from './rules-changed.ts'
import { stepUpsChanged } from './step-ups-changed.ts'
import { tokensChanged } from './tokens-changed.ts'

export type { PolicyChange } from './policy-change.ts'

export function diffPolicies(before: PolicyDocument, after: PolicyDocument): PolicyChange[] {
  return [
    ...rolesChanged(before, after),
    ...permissionsChanged(before, after),
    ...commandsChanged(before, after),
    ...operationsChanged(before, after),
    ...namesChanged(before, after),
    ...recordingsChanged(before.recordings, after.recordings),
    ...tokensChanged(before.tokens, after.tokens),
    ...stepUpsChanged(before, after),
    ...requestsChanged(before.requests, after.requests),
    ...valuesChanged(before.recordedValues, after.recordedValues),
  ]
}

function rolesChanged(before: PolicyDocument, after: PolicyDocument): PolicyChange[] {
  const [older, newer] = [byName(before), byName(after)]
  const removed = [...older.keys()].filter((name) => !newer.has(name))
  const added = [...newer.keys()].filter((name) => !older.has(name))
  const conditions = [...newer].flatMap(([name, { when = [] }]) => {
    const earlier = older.get(name)?.when ?? []
    return !older.has(name) || isEqual(earlier, when)
      ? []
      : [{ effect: conditionEffect(earlier, when), role: name, what: conditionWords(when) }]
  })
  return [
    ...removed.map((role) => ({
      effect: 'denies' as const,
      role,
      what: 'the role was removed: bindings to it grant nothing',
    })),
    ...added.map((role) => ({ effect: 'changes' as const, role, what: 'the role is new' })),
    ...conditions,
  ]
}

function conditionEffect(before: readonly unknown[], after: readonly unknown[]): PolicyChange['effect'] {
  if (before.length === 0) return 'denies'
  return after.length === 0 ? 'allows' : 'changes'
}

function conditionWords(after: readonly unknown[]): string {
  return after.length === 0
    ? 'it applies without conditions'
    : `it applies only under conditions: ${JSON.stringify(after)}`
}

function permissionsChanged(before: PolicyDocument, after: PolicyDocument): PolicyChange[] {
  const [older, newer] = [byName(before), byName(after)]
  return [...newer].flatMap(([name, role]) => {
    const earlier = compiled(older.get(name), name)
    const later = compileRole(role)
    return permissions.flatMap(({ name: permission }) => {
      const [had, has] = [earlier.has(permission), later.has(permission)]
      return had === has
        ? []
        : [{ effect: has ? ('allows' as const) : ('denies' as const), role: name, what: permission }]
    })
  })
}

function compiled(role: Role | undefined, name: string): CompiledRole {
  return compileRole(role ?? { name, description: '', permissions: [] })
}

function operationsChanged(before: PolicyDocument, after: PolicyDocument): PolicyChange[] {
  const [older, newer] = [before, after].map(({ blocked }) => new Set(blocked.map(({ route }) => route)))
  return [
    ...[...(newer ?? [])]
      .filter((route) => !older?.has(route))
      .map((route) => changeForEveryone('denies', `${route} is blocked`)),
    ...[...(older ?? [])]
      .filter((route) => !newer?.has(route))
      .map((route) => changeForEveryone('allows', `${route} is not blocked`)),
  ]
}

/** For each list: the effect of a new entry, and the noun for the entries. */
const nameLists = {
  secretKeys: ['changes', 'secret environment keys'],
  secretParameters: ['changes', 'secret parameters'],
  protectedKeys: ['denies', 'protected environment keys'],
  protectedParameters: ['denies', 'protected parameters'],
  proxyHosts: ['allows', 'hosts for proxies'],
} as const

const opposite = { allows: 'denies', denies: 'allows', changes: 'changes' } as const

function namesChanged(before: PolicyDocument, after: PolicyDocument): PolicyChange[] {
  return Object.entries(nameLists).flatMap(([field, [effect, noun]]) => {
    const list = field as keyof typeof nameLists
    const [older, newer] = [before[list], after[list]]
    return [
      ...newer
        .filter((name) => !older.includes(name))
        .map((name) => changeForEveryone(effect, `${name} is among the ${noun}`)),
      ...older
        .filter((name) => !newer.includes(name))
        .map((name) => changeForEveryone(opposite[effect], `${name} is not among the ${noun}`)),
    ]
  })
}

function byName({ roles }: PolicyDocument): Map<string, Role> {
  return new Map(roles.map((role) => [role.name, role]))
}
