import { compilePattern } from '@rack-gateway/command-matcher'
import {
  bindingsInScope,
  type CompiledBinding,
  isLive,
  type PrincipalBindings,
  type ScopeBindings,
} from '../compiled-policy/compiled-bindings.ts'
import type { CompiledDocument } from '../compiled-policy/compiled-document.ts'
import type {
  Allowed,
  Decision,
  Moment,
  Permission,
  PolicyScope,
  Principal,
  RackCall,
  StepUpLevel,
} from '../model/types.ts'
import {
  type CompiledCallRule,
  type CompiledStepUp,
  type CompiledStepUpRule,
  concernsGateway,
  concernsScope,
  denyUntilEnrolled,
  mustEnroll,
  requireProof,
  type StepUpDecision,
  strictestRule,
} from '../step-up/step-up.ts'

interface GrantedCall {
  readonly principal: Principal
  readonly call: RackCall
  readonly scope: PolicyScope
  readonly scopeBindings: ScopeBindings
  readonly required: readonly Permission[]
  /** IDs of all command rules that allow the call. */
  readonly commandRules: readonly string[]
  readonly granted: Allowed
}

/** The strictest step-up rule that applies to the call wins. */
export function applyStepUp(stepUp: CompiledStepUp, { principal, call, granted, ...basis }: GrantedCall): Decision {
  if (mustEnroll(stepUp, principal, call.at)) return { ...granted, effect: 'deny', ...denyUntilEnrolled(stepUp) }
  const required = isLaterExecInOwnRun(call) ? [...basis.required, 'process:run'] : basis.required
  const rule = strictestRule(rulesFor(stepUp, { ...basis, required }), principal)
  if (rule === null) return granted
  const decision = requireProof(rule, principal)
  return decision.effect === 'deny' ? { ...granted, ...decision } : { ...granted, ...decision, granted }
}

/**
 * The proof for a run is also for the command that the run starts with. Every other exec in the run needs what another
 * run would need. Otherwise, anyone with a token of the user could use the run.
 */
function isLaterExecInOwnRun({ route, process }: RackCall): boolean {
  return route.permission === 'process:exec' && process?.own === true && process.attaches !== true
}

type Basis = Pick<GrantedCall, 'scope' | 'scopeBindings' | 'required' | 'commandRules'>

/** Among equally strict rules, the first one wins. */
function* rulesFor(
  stepUp: CompiledStepUp,
  { scope, scopeBindings, required, commandRules }: Basis,
): Generator<CompiledStepUpRule> {
  for (const permission of required)
    for (const rule of stepUp.permissions.get(permission) ?? []) if (concernsScope(rule, scope)) yield rule
  for (const id of commandRules) {
    const command = stepUp.commands.get(id)
    if (command !== undefined) yield command
  }
  yield* roleRules(scopeBindings, required)
  for (const rule of stepUp.everyPermission) if (concernsScope(rule, scope)) yield rule
}

/**
 * The requirements of every role that grants one of the permissions. For a token, the roles of its owner count, too:
 * otherwise a token with individual permissions, or with a weaker role, would need no proof.
 */
function* roleRules({ compiled }: ScopeBindings, required: readonly Permission[]): Generator<CompiledStepUpRule> {
  for (const { role } of [...compiled.own, ...(compiled.owner ?? [])])
    if (required.some((permission) => role.has(permission))) yield* role.stepUp
}

/** Describes a call of the management API. Most fields come from the definition of its endpoint in `gateway-api`. */
export interface ManagementCall {
  readonly permission: Permission
  readonly additionalPermission?: Permission
  /** The permission for the same call about other users' items. */
  readonly permissionForOthers?: Permission
  /** Whether the call is about other users' items, for which the principal has the permission. */
  readonly concernsOthers?: boolean
  readonly scope: 'self' | 'everyone' | 'gateway'
  /**
   * `management`: sensitive changes. `factor`: changes of second factors. The gateway requires their proof, whatever the
   * policy says.
   */
  readonly stepUp?: 'management' | 'factor'
}

interface ManagementRequest {
  readonly call: ManagementCall
  readonly moment: Moment
  readonly bindings: PrincipalBindings
}

/** Calls of the management API concern every rack and app. */
export const wholeGateway = { rack: '*', app: null, scope: 'rack' } as const

export function requireForManagement(
  { stepUp }: CompiledDocument,
  principal: Principal,
  { call, moment, bindings }: ManagementRequest,
): StepUpDecision | null {
  if (stepUp !== null && mustEnroll(stepUp, principal, moment.at) && !isOpenWithoutFactor(call))
    return { effect: 'deny', ...denyUntilEnrolled(stepUp) }
  const { permission, additionalPermission } = call
  const required = additionalPermission === undefined ? [permission] : [permission, additionalPermission]
  const rules: CompiledStepUpRule[] = []
  const scopeBindings = bindingsInScope(bindings, wholeGateway, moment)
  // Calls about the caller itself require no role, so requirements of permissions do not apply to them. A program needs
  // some of these calls to find out which calls need a proof.
  if (call.scope !== 'self') rules.push(...required.flatMap((one) => gatewayRules(stepUp, one)))
  if (call.scope === 'gateway') rules.push(...roleRules(scopeBindings, required))
  if (call.stepUp === 'management') rules.push(...managementRules(stepUp, principal))
  if (call.stepUp === 'management' || call.concernsOthers) rules.push(...rulesForOthers(stepUp, call, scopeBindings))
  const rule = strictestRule(rules, principal)
  return rule && requireProof(rule, principal)
}

/**
 * A user who must add a second factor can make only calls about itself, and none that are sensitive. Creating an API
 * token is sensitive, because a token needs no factor.
 */
function isOpenWithoutFactor({ scope, stepUp, concernsOthers = false }: ManagementCall): boolean {
  return scope === 'self' && stepUp !== 'management' && !concernsOthers
}

/**
 * Whether a change concerns others is unknown before its body is read. So these rules apply whenever the caller has the
 * permission to change items of other principals.
 */
function rulesForOthers(
  stepUp: CompiledStepUp | null,
  { permissionForOthers: permission }: ManagementCall,
  scopeBindings: ScopeBindings,
): readonly CompiledStepUpRule[] {
  if (permission === undefined || scopeBindings.own.roleWith(permission) === null) return []
  return [...gatewayRules(stepUp, permission), ...roleRules(scopeBindings, [permission])]
}

function gatewayRules(stepUp: CompiledStepUp | null, permission: Permission): readonly CompiledStepUpRule[] {
  return (stepUp?.permissions.get(permission) ?? []).filter(concernsGateway)
}

function managementRules(stepUp: CompiledStepUp | null, { kind, secondFactor }: Principal): CompiledStepUpRule[] {
  const documentRule = stepUp?.management
  if (documentRule !== undefined) return documentRule === null ? [] : [documentRule]
  return kind === 'user' && secondFactor === true ? [defaultRule] : []
}

/** The step-up for sensitive changes by users with a second factor, if the document sets none. */
export const defaultManagementLevel: StepUpLevel = { kind: 'recent', within: 600_000 }

const defaultRule: CompiledStepUpRule = {
  level: defaultManagementLevel,
  what: 'management',
  subject: 'This change of the gateway',
  source: 'gateway',
  isExcepted: () => false,
}

export interface Enrollment {
  /**
   * True if a call that the user's roles allow can need a proof. Also true if the document requires a proof for
   * sensitive changes, or if every user has to add a factor by a certain time.
   */
  readonly required: boolean
  /** `enrollBy` of the document, in milliseconds since the epoch; null without one. */
  readonly by: number | null
}

export function enrollmentOf(
  { stepUp }: CompiledDocument,
  principal: Principal,
  bindings: PrincipalBindings,
  now: number,
): Enrollment {
  if (stepUp === null || principal.kind !== 'user') return { required: false, by: null }
  const { enrollBy, management } = stepUp
  const required =
    enrollBy !== null ||
    (management !== undefined && management !== null) ||
    bindings.own.all.some((binding) => isLive(binding, now) && mayNeedProof(stepUp, binding))
  return { required, by: enrollBy }
}

/**
 * Whether a requirement can apply to a call through a binding. Ignores conditions of roles, because their results change
 * with time.
 */
function mayNeedProof(stepUp: CompiledStepUp, binding: CompiledBinding): boolean {
  const { role } = binding
  return (
    role.stepUp.length > 0 ||
    [...stepUp.permissions].some(
      ([permission, rules]) => role.has(permission) && rules.some((rule) => canConcern(rule, binding)),
    ) ||
    role.names.some((name) => stepUp.commandRoles.has(name)) ||
    stepUp.everyPermission.some((rule) => canConcern(rule, binding))
  )
}

/** Whether the binding can allow a call on a rack and an app of the rule. */
function canConcern({ racks = ['*'], apps = ['*'] }: CompiledCallRule, binding: CompiledBinding): boolean {
  return (
    racks.some((pattern) => canOverlap(pattern, binding.racks)) &&
    apps.some((pattern) => canOverlap(pattern, binding.apps))
  )
}

/** Whether a name can match both patterns. Two patterns with `*` count as overlapping. */
function canOverlap(one: string, other: string): boolean {
  if (!one.includes('*')) return compilePattern(other)(one)
  return other.includes('*') || compilePattern(one)(other)
}
