import type { PolicyOptions } from '../decision/proxy.ts'
import type { PolicyDocument } from '../policy-document/policy-document.ts'
import type { Policy } from './policy.ts'
import { compilePolicy } from './policy.ts'

/** A policy with its document, neither of which changes. */
export interface CurrentPolicy extends Policy {
  readonly document: PolicyDocument
}

/** A policy whose document can be replaced while it is in use. Each decision uses exactly one document. */
export interface ReplaceablePolicy extends Policy {
  readonly document: PolicyDocument
  /** The policy in force now, for several decisions that must use the same document. */
  current(): CurrentPolicy
  /** @throws InvalidPolicy */
  check(document: PolicyDocument): CheckedDocument
}

/** A valid document that is not in effect yet. */
interface CheckedDocument {
  readonly hash: string
  /** Puts the document into effect. */
  use(): void
}

export function createReplaceablePolicy(first: PolicyDocument, options: PolicyOptions): ReplaceablePolicy {
  let policy: CurrentPolicy = { ...compilePolicy(first, options), document: first }

  return {
    get document() {
      return policy.document
    },
    current: () => policy,
    get hash() {
      return policy.hash
    },
    get roles() {
      return policy.roles
    },
    decide: (principal, call) => policy.decide(principal, call),
    hasPermission: (principal, permission, where, moment) => policy.hasPermission(principal, permission, where, moment),
    canAllow: (principal, permission, where, moment) => policy.canAllow(principal, permission, where, moment),
    checkPermission: (principal, permission, where, moment) =>
      policy.checkPermission(principal, permission, where, moment),
    grantFor: (principal, permission, where, moment) => policy.grantFor(principal, permission, where, moment),
    managementStepUp: (principal, call, moment) => policy.managementStepUp(principal, call, moment),
    enrollment: (principal, now) => policy.enrollment(principal, now),
    rolesAt: (principal, where, moment) => policy.rolesAt(principal, where, moment),
    rolesWith: (permission) => policy.rolesWith(permission),
    adminRoles: () => policy.adminRoles(),
    racksOf: (principal, racks, moment) => policy.racksOf(principal, racks, moment),
    canGrant: (principal, wanted, moment) => policy.canGrant(principal, wanted, moment),
    canRevoke: (principal, held, moment) => policy.canRevoke(principal, held, moment),
    canSeeApp: (principal, rack, app, moment) => policy.canSeeApp(principal, rack, app, moment),
    requestRule: (id) => policy.requestRule(id),
    requestCommandOf: (principal, rule, where, at) => policy.requestCommandOf(principal, rule, where, at),
    isSecretKey: (key) => policy.isSecretKey(key),
    isSecretParameter: (name) => policy.isSecretParameter(name),
    recordingOf: (subject) => policy.recordingOf(subject),
    valuesRecorded: (scope) => policy.valuesRecorded(scope),
    check(next) {
      const checked = compilePolicy(next, options)
      return {
        hash: checked.hash,
        use() {
          policy = { ...checked, document: next }
        },
      }
    },
  }
}
