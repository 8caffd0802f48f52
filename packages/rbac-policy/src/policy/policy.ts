import { type CompiledRules, compileCheckedRules, compileRules } from '@rack-gateway/command-matcher'
import type { Denial } from '@rack-gateway/errors'
import { canGrant, canRevoke } from '../compiled-policy/can-grant.ts'
import { bindingsInScope, type PrincipalBindings, type RoleSet } from '../compiled-policy/compiled-bindings.ts'
import type { CompiledDocument } from '../compiled-policy/compiled-document.ts'
import { type CompiledGrant, isGatewayRead, isLiveGrant, toDecidingGrant } from '../compiled-policy/compiled-grants.ts'
import { type CompiledPrincipal, createPrincipalCompiler } from '../compiled-policy/compiled-principal.ts'
import { compileRole } from '../compiled-policy/compiled-role.ts'
import { compileCondition } from '../conditions/condition.ts'
import { compileBlocked } from '../decision/blocked-operations.ts'
import { decide } from '../decision/decide.ts'
import { checkPermissionAt, rolesWith } from '../decision/decide-by-bindings.ts'
import { leniencyOf } from '../decision/observe-mode.ts'
import type { PolicyOptions } from '../decision/proxy.ts'
import { createSecretKeyMatcher } from '../decision/secret-key-matcher.ts'
import {
  type Enrollment,
  enrollmentOf,
  type ManagementCall,
  requireForManagement,
  wholeGateway,
} from '../decision/step-up-decision.ts'
import { documentProblems, hasEveryPermission } from '../document-check/document-check.ts'
import { InvalidPolicy } from '../errors/errors.ts'
import type {
  DecidingGrant,
  Decision,
  GrantingDenial,
  Moment,
  Permission,
  PolicyScope,
  Principal,
  RackCall,
  WantedBinding,
} from '../model/types.ts'
import { documentHash, type PolicyDocument, type RequestRule, type Role } from '../policy-document/policy-document.ts'
import { type ValueMatcher, type ValueScope, valuesRecordedBy } from '../policy-document/recorded-values.ts'
import { compileRecordings, type RecordingRule, type SessionSubject } from '../policy-document/recordings.ts'
import { requestCommandOf } from '../requests/request-command.ts'
import { compileStepUp, type StepUpDecision } from '../step-up/step-up.ts'

export interface Policy {
  /** SHA-256 of the document, in hex. */
  readonly hash: string
  readonly roles: ReadonlyMap<string, Role>
  decide(principal: Principal, call: RackCall): Decision
  /**
   * Never depends on observe mode, because masks and the management API depend on it. A grant counts once it has
   * started: what a response shows does not start it.
   */
  hasPermission(principal: Principal, permission: Permission, where: PolicyScope, moment: Moment): boolean
  /**
   * Whether a call that requires the permission can be allowed: the principal has the permission, or observe mode lets
   * the call pass without it. Every live grant counts. The gateway looks up the facts of such a call.
   */
  canAllow(principal: Principal, permission: Permission, where: PolicyScope, moment: Moment): boolean
  /** Of grants, only permissions to read the gateway count: `grantFor` returns the grant. */
  checkPermission(principal: Principal, permission: Permission, where: PolicyScope, moment: Moment): Denial | null
  /** The live grant that gives a permission; null if the principal's bindings are enough, or no grant gives it. */
  grantFor(principal: Principal, permission: Permission, where: PolicyScope, moment: Moment): DecidingGrant | null
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
  /** Those of `racks` on which the principal has a role, or a live grant. */
  racksOf(principal: Principal, racks: readonly string[], moment: Moment): string[]
  /** @returns null if the principal can grant the wanted role or permissions */
  canGrant(principal: Principal, wanted: WantedBinding, moment: Moment): GrantingDenial | null
  /** @returns null if the principal has the permissions of another principal, and so can revoke them */
  canRevoke(principal: Principal, held: WantedBinding, moment: Moment): GrantingDenial | null
  /** Whether lists show an app to the principal. Every live grant counts. */
  canSeeApp(principal: Principal, rack: string, app: string, moment: Moment): boolean
  /** The request rule of an ID. */
  requestRule(id: string): RequestRule | null
  /** The command with which a principal can ask for access by a request rule; null if the rule does not let it. */
  requestCommandOf(principal: Principal, rule: RequestRule, where: PolicyScope, at: number): string | null
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
 * The compiled bindings and grants of a principal are cached under the principal object. So a changed principal must be a new
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
  const { compiledPrincipalOf, ...decider } = createDecider(compiled)
  const compiledBindingsOf = (principal: Principal) => compiledPrincipalOf(principal).bindings
  const adminRoles = document.roles.filter(hasEveryPermission).map(({ name }) => name)

  return {
    ...decider,
    roles: new Map(document.roles.map((role) => [role.name, role])),
    checkPermission(principal, permission, where, moment) {
      const denial = checkPermissionAt(compiled, principal, compiledBindingsOf(principal), {
        permission,
        where,
        moment,
      })
      if (denial === null || !isGatewayRead(permission)) return denial
      return findGrant(principal, permission, { where, moment }) === null ? denial : null
    },
    grantFor(principal, permission, where, moment) {
      if (hasByBindings(compiledBindingsOf(principal), permission, where, moment)) return null
      const found = findGrant(principal, permission, { where, moment })
      return found && toDecidingGrant(found.grant)
    },
    managementStepUp: (principal, call, moment) =>
      requireForManagement(compiled, principal, {
        call,
        moment,
        bindings: bindingsForManagement(principal, call, moment),
      }),
    enrollment: (principal, now) => enrollmentOf(compiled, principal, compiledBindingsOf(principal), now),
    rolesAt: (principal, where, moment) => bindingsInScope(compiledBindingsOf(principal), where, moment).own.roles,
    canGrant: (principal, wanted, moment) =>
      canGrant(document, { principal, bindings: compiledBindingsOf(principal) }, wanted, moment),
    canRevoke: (principal, held, moment) =>
      canRevoke(document, { principal, bindings: compiledBindingsOf(principal) }, held, moment),
    rolesWith: (permission) => rolesWith(compiled, permission),
    adminRoles: () => adminRoles,
    racksOf(principal, racks, moment) {
      const { bindings, grants } = compiledPrincipalOf(principal)
      return racks.filter(
        (rack) =>
          hasRoleOnRack(bindings, rack, moment) ||
          grants().some((one) => isLiveGrant(one.grant, moment.at) && hasRoleOnRack(one.bindings, rack, moment)),
      )
    },
    canSeeApp(principal, rack, app, moment) {
      const where = { rack, app, scope: 'app' } as const
      return (
        hasByBindings(compiledBindingsOf(principal), 'app:list', where, moment) ||
        findGrant(principal, 'app:list', { where, moment }) !== null
      )
    },
    requestRule: (id) => document.requests.find((rule) => rule.id === id) ?? null,
    requestCommandOf: (principal, rule, where, at) =>
      requestCommandOf(document.requests, principal, rule, { where, at }),
    isSecretKey: createSecretKeyMatcher(secretKeys),
    isSecretParameter: createSecretKeyMatcher([...secretKeys, ...secretParameters]),
    recordingOf: compileRecordings(document.recordings),
    valuesRecorded: valuesRecordedBy(document.recordedValues),
  }

  function findGrant(principal: Principal, permission: Permission, { where, moment }: Where): CompiledGrant | null {
    return grantWith(compiledPrincipalOf(principal).grants(), permission, { where, moment })
  }

  /** A call that a grant allows has the requirements of the grant's role, too. */
  function bindingsForManagement(principal: Principal, call: ManagementCall, moment: Moment): PrincipalBindings {
    const bindings = compiledBindingsOf(principal)
    for (const permission of [call.permissionForOthers, call.additionalPermission, call.permission]) {
      if (permission === undefined || !isGatewayRead(permission) || isAboutSelf(permission)) continue
      if (hasByBindings(bindings, permission, wholeGateway, moment)) continue
      const found = findGrant(principal, permission, { where: wholeGateway, moment })
      if (found !== null) return found.bindings
    }
    return bindings
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

interface DeciderWithPrincipals extends PolicyDecider {
  compiledPrincipalOf(principal: Principal): CompiledPrincipal
}

function createDecider(compiled: CompiledDocument): DeciderWithPrincipals {
  const compiledPrincipalOf = createPrincipalCompiler(compiled.roles)

  return {
    hash: compiled.hash,
    compiledPrincipalOf,
    decide: (principal, call) => decide(compiled, principal, compiledPrincipalOf(principal), call),
    hasPermission(principal, permission, where, moment) {
      const { bindings, grants } = compiledPrincipalOf(principal)
      if (hasByBindings(bindings, permission, where, moment)) return true
      if (principal.grants === undefined) return false
      const started = grants().filter(({ grant }) => !grant.startsWithUse)
      return grantWith(started, permission, { where, moment }) !== null
    },
    canAllow(principal, permission, where, moment) {
      const { bindings, grants } = compiledPrincipalOf(principal)
      const { own, owner } = bindingsInScope(bindings, where, moment)
      const lacksOwn = !hasRoleWith(own, permission)
      const lacksOwner = owner !== null && !hasRoleWith(owner, permission)
      if (!lacksOwn && !lacksOwner) return true
      if (grantWith(grants(), permission, { where, moment }) !== null) return true
      const leniency = leniencyOf(compiled, principal, bindings, { rack: where.rack, ...moment })
      return leniency !== null && (!lacksOwn || leniency.own) && (!lacksOwner || leniency.owner)
    },
  }
}

/** Calls about the caller itself require no role. */
function isAboutSelf(permission: Permission): boolean {
  return permission.startsWith('gateway:self:')
}

interface Where {
  readonly where: PolicyScope
  readonly moment: Moment
}

/** The first live grant with which its user has a permission. */
function grantWith(
  grants: readonly CompiledGrant[],
  permission: Permission,
  { where, moment }: Where,
): CompiledGrant | null {
  return (
    grants.find(
      ({ grant, bindings }) => isLiveGrant(grant, moment.at) && hasByBindings(bindings, permission, where, moment),
    ) ?? null
  )
}

function hasByBindings(
  bindings: PrincipalBindings,
  permission: Permission,
  where: PolicyScope,
  moment: Moment,
): boolean {
  const { own, owner } = bindingsInScope(bindings, where, moment)
  return hasRoleWith(own, permission) && (owner === null || hasRoleWith(owner, permission))
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
    requests: document.requests,
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
