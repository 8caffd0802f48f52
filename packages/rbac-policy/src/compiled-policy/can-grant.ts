import { type CommandRule, compilePattern, inMessage, namesInMessage } from '@rack-gateway/command-matcher'
import type { GrantingDenial, Moment, Principal, WantedBinding } from '../model/types.ts'
import { expandPermission } from '../permissions/permission-patterns.ts'
import type { PolicyDocument } from '../policy-document/policy-document.ts'
import { type CompiledBinding, isLive, type PrincipalBindings } from './compiled-bindings.ts'

const pattern = /^(?:\*|[a-z0-9*][a-z0-9*-]*)$/

/** Whether a text is a rack or app pattern. */
export function isPattern(text: string): boolean {
  return text.length <= 100 && pattern.test(text) && !text.includes('**')
}

/** Whether `outer` matches every name that `inner` matches. Only a star of `outer` matches a star of `inner`. */
export function contains(outer: string, inner: string): boolean {
  if (inner === '*') return outer === '*'
  return compilePattern(outer)(inner)
}

interface Granter {
  readonly principal: Principal
  readonly bindings: PrincipalBindings
}

/**
 * Only a user can grant, and only permissions that the user has, in the whole scope, and for at least as long.
 *
 * @returns null if the principal can grant the role or the permissions
 */
export function canGrant(
  document: PolicyDocument,
  granter: Granter,
  wanted: WantedBinding,
  moment: Moment,
): GrantingDenial | null {
  const { principal } = granter
  // Only users can grant. The permissions of a token depend on its owner. The permissions of a job depend on its trust.
  const user = principal.kind === 'user' ? granter : { ...granter, principal: { ...principal, bindings: [] } }
  return denialOf(document, { granter: user, wanted, moment }, { needsCommands: true })
}

/**
 * Whether a principal has the permissions of another principal, and so can revoke them. Command rules do not count,
 * because a document can have rules that no administrator has. Tokens and jobs can revoke, too. For a token, both the
 * token and its owner need the permissions.
 *
 * @returns null if the principal can revoke them
 */
export function canRevoke(
  document: PolicyDocument,
  revoker: Granter,
  held: WantedBinding,
  moment: Moment,
): GrantingDenial | null {
  const { principal, bindings } = revoker
  // A permission that this version does not know, as after a downgrade, grants nothing.
  const permissions = held.permissions?.filter((permission) => expandPermission(permission).length > 0)
  const wanted = permissions === undefined ? held : { ...held, permissions }
  const denied = denialOf(document, { granter: revoker, wanted, moment }, { needsCommands: false })
  if (denied !== null || principal.owner === null || bindings.owner === null) return denied
  const owner = {
    principal: { ...principal, bindings: principal.owner.bindings },
    bindings: { ...bindings, own: bindings.owner },
  }
  return denialOf(document, { granter: owner, wanted, moment }, { needsCommands: false })
}

/** @param needsCommands whether the granter needs the command rules of the role, too */
function denialOf(
  document: PolicyDocument,
  { granter, wanted, moment }: GrantingRequest,
  { needsCommands }: { readonly needsCommands: boolean },
): GrantingDenial | null {
  const { racks, apps } = wanted
  if (!isPattern(racks) || !isPattern(apps))
    return denyUnknown(
      `${inMessage(isPattern(racks) ? apps : racks)} is not a pattern.`,
      'Use lower-case letters, digits, dashes, and single stars.',
    )
  const permissions = permissionsOf(document, wanted)
  if (permissions === null)
    return denyUnknown(
      `There is no role ${inMessage(wanted.role)}.`,
      `The roles are ${namesInMessage(rolesOf(document))}.`,
    )
  const unknownPermission = permissions.find((permission) => expandPermission(permission).length === 0)
  if (unknownPermission !== undefined)
    return denyUnknown(
      `There is no permission ${inMessage(unknownPermission)}.`,
      'Choose one from the list of permissions.',
    )

  const held = coveringBindings(granter, wanted, moment)
  const missing = permissions.flatMap(expandUnlessStar).find((one) => !held.some((binding) => binding.role.has(one)))
  const scope = describeScope(wanted)
  if (missing !== undefined) return denyMissing(describeLack({ granter, wanted, moment }, missing))
  const command =
    wanted.permissions === undefined && needsCommands ? findUncoveredCommand(document, wanted.role, held) : null
  if (command === null) return null
  return denyMissing(
    `the role ${inMessage(wanted.role)} can use the command rule ${inMessage(command)}, and your roles ${scope} cannot`,
  )
}

function denyUnknown(reason: string, remedy: string): GrantingDenial {
  return { cause: 'unknown', reason, remedy }
}

/** @param reason a clause that follows "because" */
function denyMissing(reason: string): GrantingDenial {
  return { cause: 'missing', reason, remedy: 'Ask someone who can grant this access.' }
}

interface GrantingRequest {
  readonly granter: Granter
  readonly wanted: WantedBinding
  readonly moment: Moment
}

function describeLack({ granter, wanted, moment }: GrantingRequest, missing: string): string {
  const currentBindings = coveringBindings(granter, { ...wanted, until: moment.at }, moment)
  const what = wanted.permissions === undefined ? `role ${inMessage(wanted.role)}` : `permission ${inMessage(missing)}`
  if (currentBindings.some((binding) => binding.role.has(missing))) return `you do not have the ${what} for that long`
  const lack =
    wanted.permissions === undefined
      ? `do not have the role ${inMessage(wanted.role)}`
      : `do not have ${inMessage(missing)}`
  return `you ${lack} ${describeScope(wanted)}`
}

function describeScope({ racks, apps }: WantedBinding): string {
  if (racks === '*' && apps === '*') return 'on all racks and apps'
  const where = (what: string, pattern: string) =>
    pattern === '*' ? `all ${what}s` : `the ${what} ${inMessage(pattern)}`
  return `on ${where('rack', racks)} and ${where('app', apps)}`
}

function permissionsOf({ roles }: PolicyDocument, { role, permissions }: WantedBinding): readonly string[] | null {
  return permissions ?? roles.find(({ name }) => name === role)?.permissions ?? null
}

function rolesOf({ roles }: PolicyDocument): string[] {
  return roles.map(({ name }) => name)
}

/** `*` stays as it is, because `*` includes permissions of later versions of the gateway. */
function expandUnlessStar(permission: string): string[] {
  return permission === '*' ? ['*'] : expandPermission(permission)
}

function coveringBindings({ principal, bindings }: Granter, wanted: WantedBinding, moment: Moment): CompiledBinding[] {
  const { racks, apps, until } = wanted
  if (principal.rack !== null && !contains(principal.rack, racks)) return []
  const covering = new Set(
    principal.bindings.filter((one) => contains(one.racks, racks) && contains(one.apps, apps)).map(({ id }) => id),
  )
  const lastsLongEnough = ({ expiresAt }: CompiledBinding) =>
    expiresAt === null || (until !== null && until <= expiresAt)
  return bindings.own.all.filter(
    (binding) =>
      covering.has(binding.id) &&
      isLive(binding, moment.at) &&
      lastsLongEnough(binding) &&
      (binding.checkConditions?.(moment) ?? null) === null &&
      keepsConditions(binding, wanted),
  )
}

/** Whether the new binding keeps the conditions of the existing binding. Only a binding of the same role keeps them. */
function keepsConditions({ role }: CompiledBinding, wanted: WantedBinding): boolean {
  return role.when.length === 0 || (wanted.permissions === undefined && role.name === wanted.role)
}

/** Command rules name roles, so the granter of a role must be able to run every command of the role. */
function findUncoveredCommand(
  { commands, roles }: PolicyDocument,
  role: string,
  held: readonly CompiledBinding[],
): string | null {
  const grantedRoles = [role, ...(roles.find(({ name }) => name === role)?.extends ?? [])]
  const heldRoles = held.flatMap((binding) => binding.role.names)
  const isFor = (rule: CommandRule, roleNames: readonly string[]) => rule.roles.some((one) => roleNames.includes(one))
  const uncovered = commands.find((rule) => isFor(rule, grantedRoles) && !isFor(rule, heldRoles))
  return uncovered?.id ?? null
}

export interface UngrantableRole {
  readonly role: string
  /** The command rules that the role has, and that `admin` does not have. */
  readonly rules: readonly string[]
}

/**
 * The roles that a user with the role `admin` on all racks and apps cannot grant. Nobody else can grant them either,
 * unless they have the role themselves: `admin` has every permission, and every role that it can grant has only command
 * rules that `admin` has.
 */
export function ungrantableRoles({ commands, roles }: PolicyDocument): UngrantableRole[] {
  const adminNames = new Set(['admin', ...(roles.find(({ name }) => name === 'admin')?.extends ?? [])])
  const lacking = commands.filter((rule) => !rule.roles.some((name) => adminNames.has(name)))
  const positions = new Map<string, number[]>()
  for (const [position, rule] of lacking.entries()) {
    for (const name of new Set(rule.roles)) {
      const known = positions.get(name)
      if (known === undefined) positions.set(name, [position])
      else known.push(position)
    }
  }
  return roles.flatMap(({ name, extends: bases = [] }) => {
    const ofRole = new Set([name, ...bases].flatMap((one) => positions.get(one) ?? []))
    const rules = [...ofRole].sort((one, other) => one - other).flatMap((position) => lacking[position]?.id ?? [])
    return rules.length === 0 ? [] : { role: name, rules }
  })
}
