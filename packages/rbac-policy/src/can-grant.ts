import { type CommandRule, compilePattern, inMessage, joinWithAnd } from '@rack-gateway/command-matcher'
import { type Grant, type Holdings, isLive } from './grants.ts'
import { expandPermission } from './permission-patterns.ts'
import type { PolicyDocument } from './policy-document.ts'
import type { GrantDenial, Moment, Principal, WantedGrant } from './types.ts'

const pattern = /^(?:\*|[a-z0-9*][a-z0-9*-]*)$/

/** What may stand where a rack or an app is named: lower-case letters, digits, dashes and single stars. */
export function isPattern(text: string): boolean {
  return text.length <= 100 && pattern.test(text) && !text.includes('**')
}

/**
 * Whether every name that `inner` matches, `outer` matches too. A star of `inner` stands for anything, so only a star of
 * `outer` can take it; and only a principal with all permissions has all permissions of the future.
 */
export function contains(outer: string, inner: string): boolean {
  if (inner === '*') return outer === '*'
  return compilePattern(outer)(inner)
}

interface Giver {
  readonly principal: Principal
  readonly holdings: Holdings
}

/** Nobody gives what they don't hold themselves, there and for as long. Null, or what is missing. */
export function canGrant(
  document: PolicyDocument,
  giver: Giver,
  wanted: WantedGrant,
  moment: Moment,
): GrantDenial | null {
  const { racks, apps } = wanted
  if (!isPattern(racks) || !isPattern(apps))
    return unknown(
      `${inMessage(isPattern(racks) ? apps : racks)} is no pattern.`,
      'A pattern is made of lower-case letters, digits, dashes and single stars.',
    )
  const permissions = permissionsOf(document, wanted)
  if (permissions === null)
    return unknown(`There is no role ${inMessage(wanted.role)}.`, `Name one of ${joinWithAnd(rolesOf(document))}.`)
  const nameless = permissions.find((permission) => expandPermission(permission).length === 0)
  if (nameless !== undefined)
    return unknown(`There is no permission ${inMessage(nameless)}.`, 'Look for its name in the list of permissions.')

  const held = coveringGrants(giver, wanted, moment)
  const missing = permissions.flatMap(spelledOut).find((one) => !held.some((grant) => grant.role.has(one)))
  const where = placeWords(wanted)
  if (missing !== undefined) return unheld(lackOf({ giver, wanted, moment }, missing))
  const command = wanted.permissions === undefined ? commandBeyond(document, wanted.role, held) : null
  if (command === null) return null
  return unheld(
    `the command rule ${inMessage(command)} is for the role ${inMessage(wanted.role)}, not for yours ${where}`,
  )
}

function unknown(reason: string, remedy: string): GrantDenial {
  return { cause: 'unknown', reason, remedy }
}

/** @param reason a clause that follows "because" */
function unheld(reason: string): GrantDenial {
  return { cause: 'unheld', reason, remedy: 'Ask someone who has it.' }
}

interface Asked {
  readonly giver: Giver
  readonly wanted: WantedGrant
  readonly moment: Moment
}

function lackOf({ giver, wanted, moment }: Asked, missing: string): string {
  const sooner = coveringGrants(giver, { ...wanted, until: moment.at }, moment)
  const what = wanted.permissions === undefined ? `role ${inMessage(wanted.role)}` : `permission ${inMessage(missing)}`
  if (sooner.some((grant) => grant.role.has(missing))) return `you do not hold the ${what} for as long yourself`
  const lack =
    wanted.permissions === undefined ? `are not ${inMessage(wanted.role)}` : `do not hold ${inMessage(missing)}`
  return `you ${lack} ${placeWords(wanted)}`
}

function placeWords({ racks, apps }: WantedGrant): string {
  if (racks === '*' && apps === '*') return 'on all racks and apps'
  const where = (what: string, pattern: string) =>
    pattern === '*' ? `all ${what}s` : `the ${what} ${inMessage(pattern)}`
  return `on ${where('rack', racks)} and ${where('app', apps)}`
}

function permissionsOf({ roles }: PolicyDocument, { role, permissions }: WantedGrant): readonly string[] | null {
  return permissions ?? roles.find(({ name }) => name === role)?.permissions ?? null
}

function rolesOf({ roles }: PolicyDocument): string[] {
  return roles.map(({ name }) => name)
}

/** `*` is also what has no name yet, so only `*` gives it. */
function spelledOut(permission: string): string[] {
  return permission === '*' ? ['*'] : expandPermission(permission)
}

function coveringGrants({ principal, holdings }: Giver, wanted: WantedGrant, moment: Moment): Grant[] {
  const { racks, apps, until } = wanted
  // What a token or job holds depends on its owner: it gives nothing.
  if (principal.kind !== 'user' || (principal.rack !== null && !contains(principal.rack, racks))) return []
  const covering = new Set(
    principal.bindings.filter((one) => contains(one.racks, racks) && contains(one.apps, apps)).map(({ id }) => id),
  )
  const lasts = ({ expiresAt }: Grant) => expiresAt === null || (until !== null && until <= expiresAt)
  return holdings.own.all.filter(
    (grant) =>
      covering.has(grant.id) &&
      isLive(grant, moment.at) &&
      lasts(grant) &&
      (grant.checkConditions?.(moment) ?? null) === null &&
      handsOn(grant, wanted),
  )
}

/** What is held under conditions is given under the same ones only: as the role itself. */
function handsOn({ role }: Grant, wanted: WantedGrant): boolean {
  return role.when.length === 0 || (wanted.permissions === undefined && role.name === wanted.role)
}

/** Command rules name roles, so the granter of a role must be able to run every command of the role. */
function commandBeyond({ commands, roles }: PolicyDocument, role: string, held: readonly Grant[]): string | null {
  const given = [role, ...(roles.find(({ name }) => name === role)?.extends ?? [])]
  const names = held.flatMap((grant) => grant.role.names)
  const isFor = (rule: CommandRule, some: readonly string[]) => rule.roles.some((one) => some.includes(one))
  const beyond = commands.find((rule) => isFor(rule, given) && !isFor(rule, names))
  return beyond?.id ?? null
}
