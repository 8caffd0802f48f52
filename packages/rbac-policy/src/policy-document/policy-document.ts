import { createHash } from 'node:crypto'
import type { CommandRule } from '@rack-gateway/command-matcher'
import type { Condition } from '../conditions/condition.ts'
import type { Permission, StepUpLevel } from '../model/types.ts'
import type { ValueRule } from './recorded-values.ts'
import type { RecordingRule } from './recordings.ts'

/** A named set of permissions. `*` stands for a whole segment. */
export interface Role {
  readonly name: string
  readonly description: string
  /** Including the permissions of the roles that it extends. */
  readonly permissions: readonly Permission[]
  /** Roles that it extends, directly and indirectly. Their command rules apply to it. */
  readonly extends?: readonly string[]
  /** All of these conditions must be met, or the role grants nothing. */
  readonly when?: readonly Condition[]
  /** The step-ups that every permission through this role requires, including the step-ups of roles that it extends. */
  readonly stepUp?: readonly RoleStepUp[]
  /** The line of the role, such as `policy.yaml:12`. */
  readonly source?: string
}

export interface PolicyRule extends CommandRule {
  /** All of these conditions must be met, or the rule allows nothing. */
  readonly when?: readonly Condition[]
  readonly stepUp?: StepUpRule
}

export interface StepUpRule {
  /** Null: no proof is required. */
  readonly level: StepUpLevel | null
  /**
   * Who needs no proof: `service-account:NAME` (all its tokens), `trust:NAME` (all its jobs), or an API token by its
   * name in the audit log.
   */
  readonly except: readonly string[]
  readonly source?: string
}

export interface RoleStepUp extends StepUpRule {
  /** The role that defines the rule: the role itself, or a role that it extends. */
  readonly role: string
}

/**
 * A step-up rule for the calls that match every list it has. It has at least one list. A rule with `racks` or `apps`
 * concerns no call that the gateway itself answers.
 */
export interface StepUpCallRule extends StepUpRule {
  readonly id: string
  /** Patterns as in roles. */
  readonly permissions?: readonly Permission[]
  /** Patterns of rack names. */
  readonly racks?: readonly string[]
  /** Patterns of app names. A rule with this list concerns only calls on an app. */
  readonly apps?: readonly string[]
}

/** The section `stepUp`. The strictest requirement that applies to a call wins. */
export interface StepUpTerms {
  readonly rules: readonly StepUpCallRule[]
  /**
   * For sensitive changes in the management API. Null: the document has no rule. Then the default applies:
   * `recent: 10m` for users who have a second factor. A rule whose `level` is null requires nothing.
   */
  readonly management: StepUpRule | null
  /**
   * Milliseconds since the epoch. From then on, a user without a second factor can make only calls about their own
   * account that are not sensitive, such as adding a factor. Null: never.
   */
  readonly enrollBy: number | null
}

/** The terms of a document without the section `stepUp`. */
export const noStepUp: StepUpTerms = { rules: [], management: null, enrollBy: null }

/** An operation that is denied to every role. */
export interface BlockedOperation {
  /** The ID of the route. */
  readonly route: string
  /** A whole sentence for the caller: why the operation is denied. */
  readonly reason: string
  /** A whole sentence for the caller: what to do instead. */
  readonly next: string
  readonly source?: string
}

/** The lifetimes of API tokens, in milliseconds. */
export interface TokenTerms {
  /** The maximum for every token. */
  readonly maxAge: number
  /** The lifetime of a token that is requested without an expiry. */
  readonly defaultAge: number
  /** Shorter maximums for tokens with certain roles or permissions. */
  readonly rules: readonly TokenRule[]
  /** The line of `maxAge`. */
  readonly source?: string
}

/**
 * Applies to tokens that have one of `roles`, a role that extends one of `roles`, or one of `permissions` through any
 * role.
 */
export interface TokenRule {
  readonly id: string
  readonly maxAge: number
  readonly roles?: readonly string[]
  /** Patterns as in roles. */
  readonly permissions?: readonly Permission[]
  readonly source?: string
}

/** Users who may ask or review: of a group, with a role, or one user. */
export interface RequestSubject {
  readonly kind: 'group' | 'role' | 'user'
  /** The name of the group or role, or the email address of the user. */
  readonly name: string
}

/** Who may ask for a role, where, and for how long, and who decides. */
export interface RequestRule {
  readonly id: string
  readonly from: readonly RequestSubject[]
  readonly role: string
  /** Patterns of rack names. */
  readonly racks: readonly string[]
  /** Patterns of app names. */
  readonly apps: readonly string[]
  /** The longest working time, in milliseconds. An approved request that is not used for as long lapses. */
  readonly longest: number
  /** How long a request waits for its reviews, in milliseconds. */
  readonly answerWithin: number
  /** What starts the working time: the approval (or the requested start), or the first use. */
  readonly workStarts: 'approval' | 'firstUse'
  /** Null: the reason can be any line. The pattern must match the whole reason. */
  readonly reason: { readonly prompt: string; readonly pattern: string | null } | null
  /** Empty if the rule approves automatically. */
  readonly reviewers: readonly RequestSubject[]
  /** The number of reviews, each by another user. 0 if the rule approves automatically. */
  readonly reviews: number
  /** The proof of each reviewer, or of the requester if the rule approves automatically. */
  readonly stepUp: StepUpRule | null
  readonly source?: string
}

/** The plain data that a policy is compiled from. */
export interface PolicyDocument {
  /** The name of the document, for parts without a line. */
  readonly source: string
  readonly roles: readonly Role[]
  readonly commands: readonly PolicyRule[]
  /** Services that accept `run`. */
  readonly runServices: readonly string[]
  readonly blocked: readonly BlockedOperation[]
  /** Patterns of hosts that proxies can reach. No pattern allows a proxy to the rack API. */
  readonly proxyHosts: readonly string[]
  /** Patterns of environment keys whose values are secret. Letter case doesn't count. */
  readonly secretKeys: readonly string[]
  /** Further patterns of secret names, only for parameters of racks and apps. */
  readonly secretParameters: readonly string[]
  /** Patterns of environment keys that no release may change, add, or drop, and no run may set. Letter case counts. */
  readonly protectedKeys: readonly string[]
  /** Patterns of parameters of the rack that nobody may change. */
  readonly protectedParameters: readonly string[]
  /** Which sessions are recorded. A session without a rule is not recorded. */
  readonly recordings: readonly RecordingRule[]
  readonly tokens: TokenTerms
  readonly stepUp: StepUpTerms
  /** The lines of list entries: a key is, for example, `protected-key DB_*`, and its value `policy.yaml:12`. */
  readonly sources?: Readonly<Record<string, string>>
  readonly requests: readonly RequestRule[]
  /** Parameters whose values are recorded. Values of secret names are never recorded. */
  readonly recordedValues: readonly ValueRule[]
}

/**
 * SHA-256 of the canonical JSON of the document, in hex. The hash does not depend on the formatting of the file, or on the
 * descriptions of roles, which decide nothing.
 */
export function documentHash(document: PolicyDocument): string {
  return createHash('sha256')
    .update(canonicalJson({ ...document, roles: document.roles.map(withoutDescription) }))
    .digest('hex')
}

function withoutDescription({ description: _, ...role }: Role) {
  return role
}

const sourceFields: ReadonlySet<string> = new Set(['source', 'sources'])

/** JSON with sorted keys and without source lines. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  const members = Object.entries(value)
    .filter(([key, member]) => member !== undefined && !sourceFields.has(key))
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`)
  return `{${members.join(',')}}`
}
