import { type CompiledRules, compileCheckedRules, compileRules } from '@rack-gateway/command-matcher'
import type { Denial } from '@rack-gateway/errors'
import { canGrant, canRevoke } from '../compiled-policy/can-grant.ts'
import {
  bindingsInScope,
  compilePrincipalBindings,
  type PrincipalBindings,
  type RoleSet,
} from '../compiled-policy/compiled-bindings.ts'
import type { CompiledDocument } from '../compiled-policy/compiled-document.ts'
import { compileRole } from '../compiled-policy/compiled-role.ts'
import { compileCondition } from '../conditions/condition.ts'
import { compileBlocked } from '../decision/blocked-operations.ts'
import { checkPermissionAt, decide, rolesWith } from '../decision/decide.ts'
import { leniencyOf } from '../decision/observe-mode.ts'
import type { PolicyOptions } from '../decision/proxy.ts'
import { createSecretKeyMatcher } from '../decision/secret-key-matcher.ts'
import {
  type Enrollment,
  enrollmentOf,
  type ManagementCall,
  requireForManagement,
} from '../decision/step-up-decision.ts'
import { documentProblems, hasEveryPermission } from '../document-check/document-check.ts'
import { InvalidPolicy } from '../errors/errors.ts'
import type {
  Decision,
  GrantingDenial,
  Moment,
  Permission,
  PolicyScope,
  Principal,
  RackCall,
  WantedBinding,
} from '../model/types.ts'
import { documentHash, type PolicyDocument, type Role } from '../policy-document/policy-document.ts'
import { type ValueMatcher, type ValueScope, valuesRecordedBy } from '../policy-document/recorded-values.ts'
import { compileRecordings, type RecordingRule, type SessionSubject } from '../policy-document/recordings.ts'
import { compileStepUp, type StepUpDecision } from '../step-up/step-up.ts'

export interface Policy {
  /** SHA-256 of the document, in hex. */
  readonly hash: string
  readonly roles: ReadonlyMap<string, Role>
  decide(principal: Principal, call: RackCall): Decision
  /** Never depends on observe mode, because masks and the management API depend on it. */
  hasPermission(principal: Principal, permission: Permission, where: PolicyScope, moment: Moment): boolean
  /**
   * Whether a call that requires the permission can be allowed: the principal has the permission, or observe mode lets
   * the call pass without it. The gateway looks up the facts of such a call.
   */
  canAllow(principal: Principal, permission: Permission, where: PolicyScope, moment: Moment): boolean
  checkPermission(principal: Principal, permission: Permission, where: PolicyScope, moment: Moment): Denial | null
  /**
   * The step-up that a call of the management API requires; null if none. A required step-up denies tokens and jobs,
   * because they cannot give a proof. Does not check permissions.
   */
  managementStepUp(principal: Principal, call: ManagementCall, moment: Moment): StepUpDecision | null
  /** @param now milliseconds since the epoch */
  enrollment(principal: Principal, now: number): Enrollment
  /** Names of the principal's own roles at a scope. */
  rolesAt(principal: Principal, where: PolicyScope, moment: Moment): readonly string[]
  rolesWith(permission: Permission): readonly string[]
  /** Names of the roles with every permission and no conditions. */
  adminRoles(): readonly string[]
  /** Those of `racks` on which the principal has a role. */
  racksOf(principal: Principal, racks: readonly string[], moment: Moment): string[]
  /** @returns null if the principal can grant the wanted role or permissions */
  canGrant(principal: Principal, wanted: WantedBinding, moment: Moment): GrantingDenial | null
  /** @returns null if the principal has the permissions of another principal, and so can revoke them */
  canRevoke(principal: Principal, held: WantedBinding, moment: Moment): GrantingDenial | null
  /** Whether lists show an app to the principal. */
  canSeeApp(principal: Principal, rack: string, app: string, moment: Moment): boolean
  isSecretKey(key: string): boolean
  isSecretParameter(name: string): boolean
  recordingOf(subject: SessionSubject): RecordingRule | null
  /**
   * Returns a matcher for the names whose values are recorded at a scope; null if no values are recorded. The matcher
   * also matches secret names: the code that records the values must redact secret values.
   */
  valuesRecorded(scope: ValueScope): ValueMatcher | null
}

/**
 * The compiled bindings of a principal are cached under the principal object. So a changed principal must be a new
 * object.
 *
 * @throws InvalidPolicy with every problem
 */
export function compilePolicy(document: PolicyDocument, options: PolicyOptions = {}): Policy {
  const problems = documentProblems(document)
  if (problems.length > 0) throw new InvalidPolicy(problems.map(({ text }) => text).join('; '))
  const { commands, runServices, secretKeys, secretParameters } = document
  const rules = compileRules(commands, { runServices })
  const compiled = compileDocument(document, { hash: documentHash(document), options, rules: () => rules })
  const { compiledBindingsOf, ...decider } = createDecider(compiled)
  const adminRoles = document.roles.filter(hasEveryPermission).map(({ name }) => name)

  return {
    ...decider,
    roles: new Map(document.roles.map((role) => [role.name, role])),
    checkPermission: (principal, permission, where, moment) =>
      checkPermissionAt(compiled, principal, compiledBindingsOf(principal), { permission, where, moment }),
    managementStepUp: (principal, call, moment) =>
      requireForManagement(compiled, principal, { call, moment, bindings: compiledBindingsOf(principal) }),
    enrollment: (principal, now) => enrollmentOf(compiled, principal, compiledBindingsOf(principal), now),
    rolesAt: (principal, where, moment) => bindingsInScope(compiledBindingsOf(principal), where, moment).own.roles,
    canGrant: (principal, wanted, moment) =>
      canGrant(document, { principal, bindings: compiledBindingsOf(principal) }, wanted, moment),
    canRevoke: (principal, held, moment) =>
      canRevoke(document, { principal, bindings: compiledBindingsOf(principal) }, held, moment),
    rolesWith: (permission) => rolesWith(compiled, permission),
    adminRoles: () => adminRoles,
    racksOf: (principal, racks, moment) =>
      racks.filter((rack) => hasRoleOnRack(compiledBindingsOf(principal), rack, moment)),
    canSeeApp: (principal, rack, app, moment) =>
      decider.hasPermission(principal, 'app:list', { rack, app, scope: 'app' }, moment),
    isSecretKey: createSecretKeyMatcher(secretKeys),
    isSecretParameter: createSecretKeyMatcher([...secretKeys, ...secretParameters]),
    recordingOf: compileRecordings(document.recordings),
    valuesRecorded: valuesRecordedBy(document.recordedValues),
  }
}

export type PolicyDecider = Pick<Policy, 'hash' | 'decide' | 'hasPermission' | 'canAllow'>

/**
 * For processes that decide about one call and end. The document must be valid, because it is not checked. Command
 * rules are compiled only when they are needed.
 */
export function compileForDecisions(
  document: PolicyDocument,
  hash: string,
  options: Pick<PolicyOptions, 'observes'> = {},
): PolicyDecider {
  const { commands, runServices } = document
  let compiled: CompiledRules | null = null
  function rules(): CompiledRules {
    compiled ??= compileCheckedRules(commands, { runServices })
    return compiled
  }
  const { decide, hasPermission, canAllow } = createDecider(compileDocument(document, { hash, options, rules }))
  return { hash, decide, hasPermission, canAllow }
}

interface DeciderWithBindings extends PolicyDecider {
  compiledBindingsOf(principal: Principal): PrincipalBindings
}

function createDecider(compiled: CompiledDocument): DeciderWithBindings {
  const cache = new WeakMap<Principal, PrincipalBindings>()

  function compiledBindingsOf(principal: Principal): PrincipalBindings {
    const found = cache.get(principal)
    if (found) return found
    const created = compilePrincipalBindings(principal, compiled.roles)
    cache.set(principal, created)
    return created
  }

  return {
    hash: compiled.hash,
    compiledBindingsOf,
    decide: (principal, call) => decide(compiled, principal, compiledBindingsOf(principal), call),
    hasPermission(principal, permission, where, moment) {
      const { own, owner } = bindingsInScope(compiledBindingsOf(principal), where, moment)
      return hasRoleWith(own, permission) && (owner === null || hasRoleWith(owner, permission))
    },
    canAllow(principal, permission, where, moment) {
      const bindings = compiledBindingsOf(principal)
      const { own, owner } = bindingsInScope(bindings, where, moment)
      const lacksOwn = !hasRoleWith(own, permission)
      const lacksOwner = owner !== null && !hasRoleWith(owner, permission)
      if (!lacksOwn && !lacksOwner) return true
      const leniency = leniencyOf(compiled, principal, bindings, { rack: where.rack, ...moment })
      return leniency !== null && (!lacksOwn || leniency.own) && (!lacksOwner || leniency.owner)
    },
  }
}

interface CompileContext {
  readonly hash: string
  readonly options: PolicyOptions
  readonly rules: () => CompiledRules
}

function compileDocument(document: PolicyDocument, { hash, options, rules }: CompileContext): CompiledDocument {
  const { source, commands } = document
  return {
    hash,
    source,
    roles: new Map(document.roles.map((role) => [role.name, compileRole(role)])),
    rules,
    commandConditions: new Map(
      commands.flatMap(({ id, when }) => (when === undefined ? [] : [[id, when.map(compileCondition)]])),
    ),
    blocked: compileBlocked(document, options),
    observes: options.observes ?? null,
    stepUp: compileStepUp(document),
    rolesByPermission: new Map(),
    requiredRoles: new Map(),
  }
}

function hasRoleWith(held: RoleSet, permission: Permission): boolean {
  return held.roleWith(permission) !== null
}

function hasRoleOnRack(bindings: PrincipalBindings, rack: string, moment: Moment): boolean {
  const { own, owner } = bindingsInScope(bindings, { rack, app: null, scope: 'list' }, moment)
  return own.roles.length > 0 && owner?.roles.length !== 0
}
