import { commandCondition } from '../decision/command-decision.ts'
import { builtInPolicy, unblockedRoutes } from '../document/document.ts'
import type { Permission } from '../model/types.ts'
import { expandPermission, expandWithImplied } from '../permissions/permission-patterns.ts'
import { permissions } from '../permissions/permissions.ts'
import {
  enrollmentName,
  entryName,
  type NameList,
  nameListNames,
  sourceOf,
  unblockedName,
} from '../policy-document/name-lists.ts'
import type { PolicyDocument, Role } from '../policy-document/policy-document.ts'
import { listRequirements } from '../step-up/step-up-requirements.ts'

/** A rule that a document defines itself. */
export interface OwnRule {
  /** Such as `command:pre-release`, `role:deployer release:*`, or `protected-key DB_*`. */
  readonly rule: string
  /** The line of the rule, such as `policy.yaml:12`. */
  readonly source: string
}

/**
 * The entries of a list that the document itself defines. A list that equals the built-in list has none, except in the
 * built-in document.
 */
export function ownEntries(document: PolicyDocument, list: NameList): readonly string[] {
  const [own, builtIn] = [document[list], builtInPolicy()[list]]
  const isUnchanged = own.length === builtIn.length && own.every((entry, at) => entry === builtIn[at])
  return isUnchanged && !isBuiltIn(document) ? [] : own
}

export function permissionRule(role: string, permission: Permission): string {
  return `role:${role} ${permission}`
}

/**
 * Every rule that a document defines and that a case can cover. Unchanged built-in rules are not included, and request
 * rules are not: they decide who can ask for a role, and no call.
 */
export function ownRules(document: PolicyDocument): OwnRule[] {
  const { source, roles, commands, blocked, recordings = [], recordedValues = [] } = document
  const rulesOf = <T extends { readonly source?: string }>(rules: readonly T[], name: (rule: T) => string | string[]) =>
    rules.flatMap((rule) =>
      isOwn(document, rule) ? [name(rule)].flat().map((found) => ({ rule: found, source: rule.source ?? source })) : [],
    )
  const withSource = (rule: string) => ({ rule, source: sourceOf(document, rule) })
  return [
    ...rulesOf(roles, (role) => roleRules(role, document)),
    ...rulesOf(commands, ({ id, when }) => [`command:${id}`, ...(when === undefined ? [] : [commandCondition(id)])]),
    ...rulesOf(blocked, ({ route }) => `blocked:${route}`),
    ...unblockedRoutes(document).map(unblockedName).map(withSource),
    ...stepUpRules(document),
    ...rulesOf(recordings, ({ id }) => `recording:${id}`),
    ...rulesOf(recordedValues, ({ id }) => `value:${id}`),
    ...nameListNames.flatMap((list) => ownEntries(document, list).map((entry) => withSource(entryName(list, entry)))),
  ]
}

/** `stepUp.management` concerns no call of a rack, so no case covers it. */
function stepUpRules(document: PolicyDocument): OwnRule[] {
  const requirements = listRequirements(document).filter(
    (requirement) => requirement.level !== null && requirement.kind !== 'management' && isOwn(document, requirement),
  )
  const enrollment = { rule: enrollmentName, source: sourceOf(document, enrollmentName) }
  return [
    ...requirements.map(({ rule, source }) => ({ rule, source })),
    ...(document.stepUp.enrollBy === null ? [] : [enrollment]),
  ]
}

/** Maps each role to its own permission patterns, and each pattern to the permissions that it includes. */
export function permissionsByRole(
  document: PolicyDocument,
): ReadonlyMap<string, ReadonlyMap<string, readonly Permission[]>> {
  const own = document.roles.filter((role) => isOwn(document, role))
  return new Map(
    own.map((role) => [
      role.name,
      new Map(ownPermissions(role, document).map((pattern) => [pattern, [...expandWithImplied([pattern])]])),
    ]),
  )
}

function roleRules(role: Role, document: PolicyDocument): string[] {
  const { name, when = [] } = role
  const own = ownPermissions(role, document)
  const isOneRule = own.length === 0 || (own.length > 1 && hasEveryRackPermission(own))
  const rules = isOneRule ? [`role:${name}`] : own.map((permission) => permissionRule(name, permission))
  return when.length === 0 ? rules : [...rules, `condition:${name}`]
}

/** Such a role is one rule, as a role with the permission `*` is: it has no permission that it could lack. */
function hasEveryRackPermission(own: readonly Permission[]): boolean {
  const granted = new Set(own.flatMap(expandPermission))
  return permissions.every(({ name }) => name.startsWith('gateway:') || granted.has(name))
}

/** The permissions of a role that neither its base roles nor the built-in role of the same name have. */
function ownPermissions(role: Role, document: PolicyDocument): Permission[] {
  const { name, permissions: all, extends: names = [] } = role
  const others = [
    ...document.roles.filter((other) => other !== role && names.includes(other.name)),
    ...(isBuiltIn(document) ? [] : builtInPolicy().roles.filter((other) => other.name === name)),
  ]
  const inherited = new Set(others.flatMap((other) => other.permissions))
  return all.filter((permission) => !inherited.has(permission))
}

function isOwn(document: PolicyDocument, { source }: { readonly source?: string }): boolean {
  return source?.startsWith(`${document.source}:`) ?? false
}

function isBuiltIn({ source }: PolicyDocument): boolean {
  return source === builtInPolicy().source
}
