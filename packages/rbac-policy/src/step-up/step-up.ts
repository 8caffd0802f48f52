import { compilePatterns, inMessage, type NameMatcher, namesInMessage } from '@rack-gateway/command-matcher'
import type { Denial, Explanation } from '@rack-gateway/errors'
import type { Permission, PolicyScope, Principal, StepUpLevel } from '../model/types.ts'
import { expandPermission } from '../permissions/permission-patterns.ts'
import { enrollmentName, sourceOf } from '../policy-document/name-lists.ts'
import type { PolicyDocument, StepUpCallRule, StepUpRule } from '../policy-document/policy-document.ts'
import { compileExceptions, exceptionOf } from './step-up-exceptions.ts'
import { describeLevel, isStricter } from './step-up-level.ts'

export interface CompiledStepUpRule {
  readonly level: StepUpLevel
  /** Such as `rule production-promotes`. */
  readonly what: string
  readonly source: string
  /** The subject of the sentence in `reason`, such as `The command rule console`. */
  readonly subject: string
  isExcepted(principal: Principal): boolean
}

export interface CompiledStepUp {
  /** The rules that name permissions, by permission. */
  readonly permissions: ReadonlyMap<Permission, readonly CompiledCallRule[]>
  /** The rules for every permission, which name only racks or apps. */
  readonly everyPermission: readonly CompiledCallRule[]
  /** By the ID of the command rule. */
  readonly commands: ReadonlyMap<string, CompiledStepUpRule>
  /** The roles of the command rules that require a step-up. */
  readonly commandRoles: ReadonlySet<string>
  /** Undefined if the document has no rule; null if its rule requires nothing. */
  readonly management: CompiledStepUpRule | null | undefined
  /** Milliseconds since the epoch. */
  readonly enrollBy: number | null
  readonly enrollmentSource: string
}

export interface CompiledCallRule extends CompiledStepUpRule, Pick<StepUpCallRule, 'racks' | 'apps'> {
  readonly matchesRack: NameMatcher
  readonly matchesApp: NameMatcher
}

/** @returns null if the document requires no proof, has no `enrollBy`, and says nothing about the management API */
export function compileStepUp(document: PolicyDocument): CompiledStepUp | null {
  const { roles, commands, source } = document
  const { rules: callRules, management, enrollBy } = document.stepUp
  const rules = {
    permissions: byPermission(callRules, source),
    everyPermission: callRules.flatMap((rule) =>
      rule.permissions === undefined ? compileCallRule(rule, 'every call', source) : [],
    ),
    commands: new Map(
      commands.flatMap(({ id, stepUp: rule }) => {
        const compiled = rule && compileRule(rule, { what: `command ${id}`, subject: `The command rule ${id}`, source })
        return compiled ? [[id, compiled] as const] : []
      }),
    ),
    commandRoles: new Set(commands.flatMap((rule) => (rule.stepUp?.level ? rule.roles : []))),
    management:
      management === null
        ? undefined
        : compileRule(management, { what: 'management', subject: 'This change of the gateway', source }),
    enrollBy,
    enrollmentSource: sourceOf(document, enrollmentName),
  }
  const requires =
    rules.permissions.size + rules.commands.size + rules.everyPermission.length > 0 ||
    rules.management !== undefined ||
    enrollBy !== null ||
    roles.some((role) => (role.stepUp ?? []).some(({ level }) => level !== null))
  return requires ? rules : null
}

interface RuleWords {
  readonly what: string
  readonly subject: string
  /** The name of the document. */
  readonly source: string
}

/** @returns null for a rule that requires nothing */
export function compileRule(
  { level, except, source }: StepUpRule,
  { what, subject, source: document }: RuleWords,
): CompiledStepUpRule | null {
  if (level === null) return null
  return { level, what, subject, source: source ?? document, isExcepted: compileExceptions(except) }
}

/**
 * @param calls such as `release:promote` or `every call`
 * @returns empty for a rule that requires nothing
 */
function compileCallRule(rule: StepUpCallRule, calls: string, source: string): CompiledCallRule[] {
  const { id, racks, apps } = rule
  const subject = `By the step-up rule ${inMessage(id)}, ${calls}${placesOf(rule)}`
  const compiled = compileRule(rule, { what: `rule ${id}`, subject, source })
  if (compiled === null) return []
  return [{ ...compiled, racks, apps, matchesRack: compilePatterns(racks), matchesApp: compilePatterns(apps) }]
}

/** Such as ` on the app web of the racks eu and us`; empty for a rule without racks and apps. */
export function placesOf({ racks, apps }: Pick<StepUpCallRule, 'racks' | 'apps'>): string {
  const places = [
    ...(apps === undefined ? [] : [patternsInMessage('app', apps)]),
    ...(racks === undefined ? [] : [patternsInMessage('rack', racks)]),
  ]
  return places.length === 0 ? '' : ` on ${places.join(' of ')}`
}

function patternsInMessage(noun: string, patterns: readonly string[]): string {
  if (patterns.includes('*')) return `every ${noun}`
  return `the ${noun}${patterns.length === 1 ? '' : 's'} ${namesInMessage(patterns)}`
}

/** Whether the rule concerns calls in a scope of a rack, if they require its permission. */
export function concernsScope(
  { matchesRack, matchesApp, apps }: CompiledCallRule,
  { rack, app }: PolicyScope,
): boolean {
  return matchesRack(rack) && (app === null ? apps === undefined : matchesApp(app))
}

/** Whether the rule also concerns calls that the gateway itself answers. */
export function concernsGateway({ racks, apps }: CompiledCallRule): boolean {
  return racks === undefined && apps === undefined
}

/**
 * For a permission: the stronger permissions that some calls require instead. A step-up rule for the permission also
 * covers these stronger permissions.
 */
const strongerPermissions: Readonly<Record<Permission, readonly Permission[]>> = {
  'process:exec': ['process:exec-any'],
}

/** Every user needs these permissions to add and to prove a factor. */
const proofPermissions: ReadonlySet<Permission> = new Set(['gateway:self:read', 'gateway:self:write'])

/**
 * No call requires these permissions. Everybody can stop their own runs, and the other two only decide what responses
 * show.
 */
export const requiredByNoCall: ReadonlySet<Permission> = new Set(['env:read', 'secret:read', 'process:stop-own'])

/** The permissions that a rule for a name or a pattern covers. */
export function stepUpPermissions(pattern: Permission): Permission[] {
  const named = expandPermission(pattern).flatMap((name) => [name, ...(strongerPermissions[name] ?? [])])
  return [...new Set(named)].filter((name) => !proofPermissions.has(name) && !requiredByNoCall.has(name))
}

function byPermission(rules: readonly StepUpCallRule[], source: string): Map<Permission, CompiledCallRule[]> {
  const found = new Map<Permission, CompiledCallRule[]>()
  for (const rule of rules) {
    for (const permission of new Set((rule.permissions ?? []).flatMap(stepUpPermissions))) {
      const compiled = compileCallRule(rule, permission, source)
      if (compiled.length > 0) found.set(permission, [...(found.get(permission) ?? []), ...compiled])
    }
  }
  return found
}

/** Among equally strict rules, the first one wins. Null if no rule applies to the principal. */
export function strictestRule(rules: Iterable<CompiledStepUpRule>, principal: Principal): CompiledStepUpRule | null {
  let strictest: CompiledStepUpRule | null = null
  for (const rule of rules) {
    if (strictest !== null && !isStricter(rule.level, strictest.level)) continue
    if (!rule.isExcepted(principal)) strictest = rule
  }
  return strictest
}

/** The requirement for a user, or the denial for a token or a job. */
export type StepUpDecision =
  | (Denial & { readonly effect: 'deny' })
  | (Denial & { readonly effect: 'require'; readonly requirement: 'step-up'; readonly level: StepUpLevel })

/** Denies tokens and jobs, because only users can give a proof. */
export function requireProof(rule: CompiledStepUpRule, principal: Principal): StepUpDecision {
  const { level, source, subject } = rule
  const base = { rule: `step-up:${rule.what}`, source }
  const reason = `${subject} needs ${describeLevel(level)}`
  if (principal.kind === 'user') {
    const remedy = principal.secondFactor === false ? addFactor : 'Prove your second factor, and repeat the call.'
    return { effect: 'require', requirement: 'step-up', level, ...base, reason: `${reason}.`, remedy }
  }
  const entry = exceptionOf(principal)
  const exception =
    entry === null ? '' : `, or ask the platform team to add ${inMessage(entry)} to "except" of this rule`
  return {
    effect: 'deny',
    ...base,
    reason: `${reason}, and ${kindNames[principal.kind]} cannot give one.`,
    remedy: `Make the call as a user${exception}.`,
  }
}

/** Why a token or a job cannot meet a requirement of a policy package. */
export function withoutProof(kind: keyof typeof kindNames, reason: string): Explanation {
  return {
    reason: `${reason} The call needs a proof of a second factor, and ${kindNames[kind]} cannot give one.`,
    remedy: 'Make the call as a user.',
  }
}

const kindNames = { 'api-token': 'an API token', workload: 'a CI job' } as const
const addFactor = 'Add a second factor, prove it, and repeat the call.'

/** Whether a user has no second factor although `enrollBy` has passed. */
export function mustEnroll({ enrollBy }: CompiledStepUp, { kind, secondFactor }: Principal, at: number): boolean {
  return enrollBy !== null && at >= enrollBy && kind === 'user' && secondFactor !== true
}

export function denyUntilEnrolled({ enrollBy, enrollmentSource: source }: CompiledStepUp): Denial {
  const since = new Date(enrollBy ?? 0).toISOString().replace(/\.000Z$/, 'Z')
  return {
    rule: 'enrollment',
    source,
    reason: `The policy requires a second factor of every user since ${since}, and you have none. Until you add one, you can only manage your own account.`,
    remedy: 'Log in again, and add a second factor at /gateway/second-factors.',
  }
}
