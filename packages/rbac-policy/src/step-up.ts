import { compilePattern, inMessage, type NameMatcher } from '@rack-gateway/command-matcher'
import type { Denial, Explanation } from '@rack-gateway/errors'
import { enrollmentName, sourceOf } from './name-lists.ts'
import { expandPermission } from './permission-patterns.ts'
import {
  noStepUp,
  type PolicyDocument,
  type StepUpPattern,
  type StepUpRule,
  type StepUpTerms,
} from './policy-document.ts'
import { compileExceptions, exceptionOf } from './step-up-exceptions.ts'
import { describeLevel, isStricter } from './step-up-level.ts'
import type { Permission, Principal, StepUpLevel } from './types.ts'

export interface CompiledStepUpRule {
  readonly level: StepUpLevel
  /** Such as `permission release:promote`. */
  readonly what: string
  readonly source: string
  /** The subject of the sentence in `reason`, such as `release:promote`. */
  readonly subject: string
  isExcepted(principal: Principal): boolean
}

export interface CompiledStepUp {
  readonly permissions: ReadonlyMap<Permission, readonly CompiledStepUpRule[]>
  /** By the ID of the command rule. */
  readonly commands: ReadonlyMap<string, CompiledStepUpRule>
  /** The roles of the command rules that require a step-up. */
  readonly commandRoles: ReadonlySet<string>
  readonly racks: readonly CompiledStepUpPattern[]
  readonly apps: readonly CompiledStepUpPattern[]
  /** Undefined if the document has no rule; null if its rule requires nothing. */
  readonly management: CompiledStepUpRule | null | undefined
  /** Milliseconds since the epoch. */
  readonly enrollBy: number | null
  readonly enrollmentSource: string
}

interface CompiledStepUpPattern extends CompiledStepUpRule {
  readonly pattern: string
  readonly matches: NameMatcher
}

/** @returns null if the document requires no proof, has no `enrollBy`, and says nothing about the management API */
export function compileStepUp(document: PolicyDocument): CompiledStepUp | null {
  const { roles, commands, source } = document
  const { permissions, racks, apps, management, enrollBy } = stepUpOf(document)
  const rules = {
    permissions: byPermission(permissions, source),
    commands: new Map(
      commands.flatMap(({ id, stepUp: rule }) => {
        const compiled = rule && compileRule(rule, { what: `command ${id}`, subject: `The command rule ${id}`, source })
        return compiled ? [[id, compiled] as const] : []
      }),
    ),
    commandRoles: new Set(commands.flatMap((rule) => (rule.stepUp?.level ? rule.roles : []))),
    racks: racks.flatMap((rule) => compilePatternRule(rule, 'rack', source)),
    apps: apps.flatMap((rule) => compilePatternRule(rule, 'app', source)),
    management:
      management === null
        ? undefined
        : compileRule(management, { what: 'management', subject: 'This change of the gateway', source }),
    enrollBy,
    enrollmentSource: sourceOf(document, enrollmentName),
  }
  const requires =
    rules.permissions.size + rules.commands.size + rules.racks.length + rules.apps.length > 0 ||
    rules.management !== undefined ||
    enrollBy !== null ||
    roles.some((role) => (role.stepUp ?? []).some(({ level }) => level !== null))
  return requires ? rules : null
}

/** The section `stepUp` of a document. Documents of older gateways have none. */
export function stepUpOf({ stepUp }: Partial<Pick<PolicyDocument, 'stepUp'>>): StepUpTerms {
  return stepUp ?? noStepUp
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

function compilePatternRule(rule: StepUpPattern, what: 'rack' | 'app', source: string): CompiledStepUpPattern[] {
  const { pattern } = rule
  const words = { what: `${what} ${pattern}`, subject: `Every call on the ${what} ${inMessage(pattern)}`, source }
  const compiled = compileRule(rule, words)
  return compiled === null ? [] : [{ ...compiled, pattern, matches: compilePattern(pattern) }]
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

function byPermission(rules: readonly StepUpPattern[], source: string): Map<Permission, CompiledStepUpRule[]> {
  const found = new Map<Permission, CompiledStepUpRule[]>()
  for (const rule of rules) {
    for (const permission of stepUpPermissions(rule.pattern)) {
      const compiled = compileRule(rule, { what: `permission ${rule.pattern}`, subject: permission, source })
      if (compiled !== null) found.set(permission, [...(found.get(permission) ?? []), compiled])
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
  | (Denial & { readonly effect: 'needs'; readonly requirement: 'step-up'; readonly level: StepUpLevel })

/** Denies tokens and jobs, because only users can give a proof. */
export function requireProof(rule: CompiledStepUpRule, principal: Principal): StepUpDecision {
  const { level, source, subject } = rule
  const base = { rule: `step-up:${rule.what}`, source }
  const reason = `${subject} needs ${describeLevel(level)}`
  if (principal.kind === 'user') {
    const remedy = principal.secondFactor === false ? addFactor : 'Prove your second factor, and repeat the call.'
    return { effect: 'needs', requirement: 'step-up', level, ...base, reason: `${reason}.`, remedy }
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
