import type { Permission } from '../model/types.ts'
import { expandWithImplied } from '../permissions/permission-patterns.ts'
import type { PolicyDocument, Role } from '../policy-document/policy-document.ts'
import { isDeletion, isForbidden } from './binding-kinds.ts'
import { type CommandUse, callerKey, contextOf, mayBeSecret, patternsOf } from './command-patterns.ts'
import { groupBy } from './group-by.ts'
import type { Use } from './recorded-uses.ts'
import { isDenied, replayUses } from './replay-uses.ts'
import { byText, isEnvironmentKey, isResourceName, isWritable, sortedUnique } from './safe-text.ts'
import { bySubject, keyOf, type Subject } from './subject.ts'
import type { SuggestedBinding, SuggestedRole, SuggestedRule, Suggestion, UnwrittenUse } from './suggestion.ts'

/** No call requires these permissions by itself, and none may come from a suggestion. */
export function isSuggestable(permission: Permission): boolean {
  return permission !== 'secret:read' && !permission.startsWith('gateway:')
}

export interface SuggestionOptions {
  /** The kept parts of the policy in force, with the built-in roles. */
  readonly base: PolicyDocument
  /** Names of the roles that the policy in force defines. */
  readonly customRoles: readonly string[]
  /** IDs of the kept command rules. */
  readonly keptRules: readonly string[]
  /** Command rules of one account. */
  readonly maxRules: number
}

export function suggestRoles(
  uses: readonly Use[],
  { base, customRoles, keptRules, maxRules }: SuggestionOptions,
): Suggestion {
  const taken = new Set(base.roles.map(({ name }) => name))
  const access = suggestAccess(uses, { base, customRoles }, taken)
  const withExtras = { ...base, roles: [...base.roles, ...access.roles.map(toRole)] }
  // A command that a kept rule allows needs no new rule.
  const remaining =
    keptRules.length === 0
      ? uses
      : replayUses(uses, withExtras, { suggested: access.bindings, kept: new Map() }).flatMap(({ use, decision }) =>
          use.command !== null && !isDenied(decision) ? [] : use,
        )
  const commands = suggestCommands(remaining, { taken, keptRules, maxRules })
  return {
    roles: [...access.roles, ...commands.roles],
    rules: commands.rules,
    bindings: [...access.bindings, ...commands.bindings].sort(
      (one, other) =>
        bySubject(one.subject, other.subject) || byText(one.rack, other.rack) || byText(one.role, other.role),
    ),
    unwritten: commands.unwritten,
  }
}

/** Permissions for commands belong to the roles of the command rules, unless the caller is a token. */
const commandPermissions: ReadonlySet<Permission> = new Set([
  'process:run',
  'process:exec',
  'process:exec-own',
  'process:exec-any',
  'release:run-any',
])

interface RuleUnit {
  readonly key: string
  readonly run: string
  readonly rack: string
  readonly app: string
  readonly permissions: readonly Permission[]
  readonly uses: Use[]
}

function toRole({ name, permissions }: SuggestedRole): Role {
  return { name, description: '', permissions }
}

function suggestCommands(
  uses: readonly Use[],
  { taken, keptRules, maxRules }: Pick<SuggestionOptions, 'keptRules' | 'maxRules'> & { readonly taken: Set<string> },
) {
  const unwritten: UnwrittenUse[] = []
  const written = uses.flatMap((use): CommandUse[] => {
    const { command } = use
    if (command === null) return []
    const { argv, service, environment } = command
    const isValid = isWritable(argv) && isResourceName(service) && environment.every(isEnvironmentKey)
    if (!isValid) unwritten.push({ use, cause: 'form' })
    else if (mayBeSecret(argv)) unwritten.push({ use, cause: 'secret' })
    else return [{ use, argv }]
    return []
  })
  const units = limitUnits(unitsOf(written), maxRules, unwritten)
  const bySet = groupBy(units, (unit) => JSON.stringify(sortedUnique(unit.uses.map(callerKey))))
  const ids = new Set(['any-command', 'any-command-1', 'any-command-2', 'run-service', ...keptRules])
  const roles: SuggestedRole[] = []
  const rules: SuggestedRule[] = []
  const bindings: SuggestedBinding[] = []
  for (const [, ofSet] of [...bySet].sort(([one], [other]) => byText(one, other))) {
    const all = ofSet.flatMap((unit) => unit.uses)
    const name = unusedName(taken, 'commands', 1)
    const holders = subjectsIn(all.map(({ caller }) => caller))
    const permissions = sortedUnique(ofSet.flatMap((unit) => unit.permissions))
    roles.push({ name, kind: 'commands', permissions, holders, uses: all })
    for (const same of groupBy(ofSet, ({ key }) => key).values()) rules.push(...rulesOf(same, name, ids))
    for (const subject of holders) {
      const own = all.filter(({ caller }) => keyOf(caller) === keyOf(subject))
      bindings.push(...bindingsFor(subject, name, own))
    }
  }
  return { roles, rules, bindings, unwritten }
}

/** One unit for each pattern, rack, app, service, and set of permissions. */
function unitsOf(written: readonly CommandUse[]): RuleUnit[] {
  const units = new Map<string, RuleUnit>()
  for (const [context, similar] of groupBy(written, ({ use }) => contextOf(use))) {
    for (const [{ use }, run] of patternsOf(similar)) {
      const permissions = permissionsFor(use)
      const { command, rack, app } = use
      const key = JSON.stringify([run, command?.service, command?.by, command?.environment, permissions])
      const id = `${context} ${key}`
      const found = units.get(id) ?? { key, run, rack, app: app ?? '', permissions, uses: [] }
      found.uses.push(use)
      units.set(id, found)
    }
  }
  return [...units].sort(([one], [other]) => byText(one, other)).map(([, unit]) => unit)
}

/** An exec in an own run needs the run, too. */
function permissionsFor({ required, command }: Use): readonly Permission[] {
  const base = required.filter((permission) => commandPermissions.has(permission) && permission !== 'process:exec-own')
  return sortedUnique([...base, ...(command?.by === 'run' ? ['process:run'] : [])])
}

/** Keeps the most used units of each account, so that no account can fill the document. */
function limitUnits(units: readonly RuleUnit[], max: number, unwritten: UnwrittenUse[]): RuleUnit[] {
  const excluded = new Set<Use>()
  const perAccount = new Map<string, { readonly uses: Use[]; readonly count: number }[]>()
  for (const { uses } of units) {
    for (const [account, own] of groupBy(uses, ({ caller }) => caller.account)) {
      const count = own.reduce((sum, use) => sum + use.count, 0)
      perAccount.set(account, [...(perAccount.get(account) ?? []), { uses: own, count }])
    }
  }
  for (const list of perAccount.values())
    for (const { uses } of list.toSorted((one, other) => other.count - one.count).slice(max))
      for (const use of uses) excluded.add(use)
  for (const use of excluded) unwritten.push({ use, cause: 'too-many' })
  return units
    .map((unit) => ({ ...unit, uses: unit.uses.filter((use) => !excluded.has(use)) }))
    .filter(({ uses }) => uses.length > 0)
}

/** A rule allows its words on each of its racks for each of its apps, so racks with other apps need another rule. */
function rulesOf(units: readonly RuleUnit[], role: string, ids: Set<string>): SuggestedRule[] {
  const byRack = [...groupBy(units, ({ rack }) => rack)].map(([rack, list]) => ({ rack, list }))
  const groups = groupBy(byRack, ({ list }) => JSON.stringify(sortedUnique(list.map(({ app }) => app))))
  return [...groups.values()].flatMap((group) => {
    const all = group.flatMap(({ list }) => list)
    const [unit] = all
    const command = unit?.uses[0]?.command
    if (unit === undefined || !command) return []
    const { service, by, environment } = command
    return {
      id: unusedName(ids, `${by}-${slug(unit.run)}`, 0),
      run: unit.run,
      service,
      by,
      environment,
      racks: sortedUnique(group.map(({ rack }) => rack)),
      apps: sortedUnique(all.map(({ app }) => app)),
      role,
      uses: all.flatMap(({ uses }) => uses),
    }
  })
}

function slug(words: string): string {
  const text = words
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, 40)
  return text.replaceAll(/^-+|-+$/g, '') || 'command'
}

interface Bucket {
  readonly holder: Subject
  readonly rack: string
  /** `*` for calls on the whole rack. */
  readonly app: string
  readonly needed: Set<Permission>
  readonly uses: Use[]
  /** Null if no role fits, such as with a policy that gives secrets to viewers. */
  base: Role | null
  extra: readonly Permission[]
}

function suggestAccess(
  uses: readonly Use[],
  { base, customRoles }: Pick<SuggestionOptions, 'base' | 'customRoles'>,
  taken: Set<string>,
) {
  const named = (names: readonly string[]) => base.roles.filter(({ name }) => names.includes(name))
  const usual = ['viewer', 'ci', 'ops', 'deployer']
  const candidates = { usual: named(usual), custom: named(customRoles.filter((name) => !usual.includes(name))) }
  const buckets: Bucket[] = []
  for (const ofHolder of groupBy(uses, ({ holder, rack }) => JSON.stringify([keyOf(holder), rack])).values())
    buckets.push(...bucketsOf(ofHolder, candidates))
  const bindings: SuggestedBinding[] = []
  const extras = groupBy(
    buckets.filter(({ extra }) => extra.length > 0),
    ({ extra }) => JSON.stringify(extra),
  )
  for (const [role, list] of groupBy(buckets, ({ base: chosen }) => chosen?.name ?? null))
    if (role !== null) bindings.push(...bindBuckets(role, list))
  const roles: SuggestedRole[] = []
  for (const [, list] of [...extras].sort(([one], [other]) => byText(one, other))) {
    const [first] = list
    const permissions = first?.extra ?? []
    const stem = `extra-${slug(permissions[0] ?? '')}${permissions.length > 1 ? '-and-more' : ''}`
    const name = unusedName(taken, stem, 0)
    const used = list.flatMap((bucket) =>
      bucket.uses.filter(({ required }) => required.some((one) => permissions.includes(one))),
    )
    roles.push({ name, kind: 'extra', permissions, holders: subjectsIn(list.map(({ holder }) => holder)), uses: used })
    bindings.push(...bindBuckets(name, list))
  }
  return { roles, bindings }
}

/** All uses are of one holder on one rack. */
function bucketsOf(uses: readonly Use[], candidates: Candidates): Bucket[] {
  const byApp = groupBy(
    uses.filter(({ scope }) => scope !== 'list'),
    ({ app, scope }) => (scope === 'rack' || app === null ? '*' : app),
  )
  const lists = uses.filter(({ scope }) => scope === 'list')
  const found = [...byApp].map(([app, own]) => bucketOf(app, own, candidates))
  const rackWide = found.find(({ app }) => app === '*')
  const buckets = found.filter(
    (bucket) => bucket === rackWide || rackWide === undefined || !covers([rackWide], bucket.needed),
  )
  // Any binding on the rack is enough for a list, as long as its role has the permission.
  const missing = lists.filter(({ required }) => !covers(buckets, required))
  if (missing.length === 0) return buckets
  const apps = buckets.length === 0 ? ['*'] : buckets.map(({ app }) => app)
  return [...buckets, ...apps.slice(0, 1).map((app) => bucketOf(app, missing, candidates))]
}

function covers(buckets: readonly Bucket[], needed: Iterable<Permission>): boolean {
  const held = new Set(
    buckets.flatMap(({ base, extra }) => [...expandWithImplied([...(base?.permissions ?? []), ...extra])]),
  )
  return [...needed].every((permission) => held.has(permission))
}

interface Candidates {
  readonly usual: readonly Role[]
  readonly custom: readonly Role[]
}

/**
 * The roles that a bucket can get. A custom role only for callers who had it at each of these calls, so its conditions
 * were met. If all their roles had conditions, only these are left, because another role would not have the conditions.
 */
function candidatesFor(uses: readonly Use[], { usual, custom }: Candidates, needed: ReadonlySet<Permission>): Role[] {
  const [first] = uses
  const rolesOf = ({ sample, caller, holder }: Use) =>
    caller === holder ? (sample.recorded.principal.roles ?? []) : []
  const held = custom.filter(({ name }) => uses.every((use) => rolesOf(use).includes(name)))
  const isFitting = ({ permissions }: Role) =>
    [...expandWithImplied(permissions)].every((one) => !isForbidden(one) && (!isDeletion(one) || needed.has(one)))
  const fitting = held.filter(isFitting)
  const conditional = fitting.filter(({ when = [] }) => when.length > 0)
  const isOnlyConditional = uses.every((use) =>
    rolesOf(use).every((name) => conditional.some((role) => role.name === name)),
  )
  if (conditional.length > 0 && isOnlyConditional) return conditional
  const forHolder = usual.filter(({ name }) => name !== 'ci' || first?.holder.kind !== 'user').filter(isFitting)
  return [...fitting, ...forHolder]
}

function bucketOf(app: string, uses: readonly Use[], candidates: Candidates): Bucket {
  const [{ holder, rack }] = uses as readonly [Use, ...Use[]]
  const needed = new Set(uses.flatMap(neededFor).filter(isSuggestable))
  const ranked = candidatesFor(uses, candidates, needed)
    .map((role) => {
      const held = expandWithImplied(role.permissions)
      return { role, missing: [...needed].filter((permission) => !held.has(permission)).sort(), size: held.size }
    })
    .sort((one, other) => one.missing.length - other.missing.length || one.size - other.size)
  const [best = { role: null, missing: [...needed].sort() }] = ranked
  return { holder, rack, app, needed, uses: [...uses], base: best.role, extra: best.missing }
}

/** For a token, command rules need a role of the token, and permissions a role of its owner. */
function neededFor({ caller, holder, required }: Use): readonly Permission[] {
  return caller === holder ? required.filter((permission) => !commandPermissions.has(permission)) : required
}

function bindBuckets(role: string, buckets: readonly Bucket[]): SuggestedBinding[] {
  return [...groupBy(buckets, ({ holder, rack }) => JSON.stringify([keyOf(holder), rack])).values()].flatMap((own) => {
    const [first] = own
    if (first === undefined) return []
    const apps = sortedUnique(own.map(({ app }) => app))
    const shown = apps.includes('*') ? ['*'] : apps
    return { subject: first.holder, role, rack: first.rack, apps: shown, uses: own.flatMap(({ uses }) => uses) }
  })
}

function bindingsFor(subject: Subject, role: string, uses: readonly Use[]): SuggestedBinding[] {
  return [...groupBy(uses, ({ rack }) => rack)].map(([rack, own]) => {
    const apps = sortedUnique(own.map(({ app }) => app ?? ''))
    return { subject, role, rack, apps, uses: own }
  })
}

function subjectsIn(subjects: readonly Subject[]): readonly Subject[] {
  return [...new Map(subjects.map((one) => [keyOf(one), one])).values()].sort(bySubject)
}

/** @param from the first number; 0: the name without a number, if nobody has it */
function unusedName(taken: Set<string>, stem: string, from: number): string {
  for (let number = from; ; number++) {
    const name = number === 0 ? stem : `${stem}-${number}`
    if (taken.has(name)) continue
    taken.add(name)
    return name
  }
}
