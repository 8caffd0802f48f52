import type { Policy } from './policy.ts'
import { compilePolicy } from './policy.ts'
import type { PolicyDocument } from './policy-document.ts'
import type { PolicyOptions } from './proxy.ts'

/** A policy whose document can be changed while it is in use. Each question is answered by one document, whole. */
export interface ReplaceablePolicy extends Policy {
  readonly document: PolicyDocument
  /** @throws InvalidPolicy */
  check(document: PolicyDocument): CheckedDocument
}

/** A document that can be used, and isn't yet. */
interface CheckedDocument {
  readonly hash: string
  /** From now on everything is decided by it. */
  use(): void
}

export function createReplaceablePolicy(first: PolicyDocument, options: PolicyOptions): ReplaceablePolicy {
  let document = first
  let policy = compilePolicy(first, options)

  return {
    get document() {
      return document
    },
    get hash() {
      return policy.hash
    },
    get roles() {
      return policy.roles
    },
    decide: (principal, call) => policy.decide(principal, call),
    holds: (principal, permission, where, moment) => policy.holds(principal, permission, where, moment),
    unheld: (principal, permission, where, moment) => policy.unheld(principal, permission, where, moment),
    rolesAt: (principal, where, moment) => policy.rolesAt(principal, where, moment),
    rolesWith: (permission) => policy.rolesWith(permission),
    adminRoles: () => policy.adminRoles(),
    racksOf: (principal, racks, moment) => policy.racksOf(principal, racks, moment),
    canGrant: (principal, wanted, moment) => policy.canGrant(principal, wanted, moment),
    sees: (principal, rack, app, moment) => policy.sees(principal, rack, app, moment),
    isSecretKey: (key) => policy.isSecretKey(key),
    isSecretParameter: (name) => policy.isSecretParameter(name),
    recordingOf: (subject) => policy.recordingOf(subject),
    valuesRecorded: (place) => policy.valuesRecorded(place),
    check(next) {
      const checked = compilePolicy(next, options)
      return {
        hash: checked.hash,
        use() {
          policy = checked
          document = next
        },
      }
    },
  }
}
