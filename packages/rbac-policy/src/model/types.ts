import type { CommandMode, CommandOptions } from '@rack-gateway/command-matcher'
import type { RackRoute } from '@rack-gateway/convox-api'
import type { Denial, Explanation } from '@rack-gateway/errors'

/** `resource:action`, such as `release:promote`; `gateway:…` for the management API. */
export type Permission = string

/** A role on the racks and apps whose names match two patterns. In a pattern, `*` stands for any characters. */
export interface Binding {
  readonly id: string
  /** `individualPermissionsRole` if there are `permissions`. */
  readonly role: string
  readonly racks: string
  readonly apps: string
  /** Milliseconds since the epoch, or null for no end. */
  readonly expiresAt: number | null
  /**
   * For tokens with individual permissions, used in place of a role's permissions. No command rule applies to such a
   * binding.
   */
  readonly permissions?: readonly Permission[]
}

/**
 * The role of an approved access request. It serves the sessions of its user only, and gives no authority: a grant never
 * counts for granting, revoking, reviewing, or creating tokens.
 */
export interface Grant {
  /** The ID of the access request, which is also the ID of its grant. */
  readonly id: string
  /** The ID of the request rule. */
  readonly rule: string
  readonly role: string
  /** Patterns, as in bindings. */
  readonly racks: readonly string[]
  readonly apps: readonly string[]
  /** Milliseconds since the epoch. The grant gives nothing before. */
  readonly startsAt: number
  /** Milliseconds since the epoch. The grant gives nothing from then on. */
  readonly expiresAt: number
  /** True for a grant that its first use starts. The start must be stored before the call is forwarded. */
  readonly startsWithUse: boolean
}

/** The grant that a decision depends on. */
export type DecidingGrant = Pick<Grant, 'id' | 'expiresAt' | 'startsWithUse'>

/** A requested binding: a role, or permissions, on the racks and apps of two patterns. */
export interface WantedBinding {
  readonly role: string
  readonly permissions?: readonly Permission[]
  readonly racks: string
  readonly apps: string
  /** The expiry in milliseconds since the epoch; null for never. A binding can't last longer than the granter's own. */
  readonly until: number | null
}

/** With `unknown`, the reason is a sentence. With `missing`, the reason is a clause that follows "because". */
export interface GrantingDenial extends Explanation {
  readonly cause: 'unknown' | 'missing'
}

export type PrincipalKind = 'user' | 'api-token' | 'workload'

/** The description of a CI job, for events. Plain text, never used for a decision. */
export interface Job {
  readonly repository?: string
  readonly workflow?: string
  readonly run?: string
  readonly attempt?: string
  readonly job?: string
  readonly commit?: string
  readonly ref?: string
  readonly actor?: string
}

/** An authenticated principal, with everything that a decision depends on. Frozen, because it is cached. */
export interface Principal {
  readonly kind: PrincipalKind
  /** A stable ID (UUID), never an email address. */
  readonly id: string
  /** The name as `actorName` formats it, for `Convox-Actor` and the audit log. */
  readonly name: string
  /** The ID of the credential: the session of a user or a job, or the API token. Never the token itself. */
  readonly credential: string
  /** The rack that the credential is bound to, or null for all. */
  readonly rack: string | null
  readonly groups: readonly string[]
  readonly bindings: readonly Binding[]
  /** The owner of an API token. The token can never do more than its owner. */
  readonly owner: {
    readonly kind: 'user' | 'service-account'
    readonly id: string
    readonly name: string
    readonly bindings: readonly Binding[]
  } | null
  readonly job?: Job
  /** The trust that admitted a workload, and the `sub` of its token. */
  readonly trust?: { readonly id: string; readonly name: string; readonly subject: string }
  /** The name of a user's device. */
  readonly device?: string
  /** Whether a user has a second factor. */
  readonly secondFactor?: boolean
  /** The grants of the user of a session. Default: none. */
  readonly grants?: readonly Grant[]
  /** The expiry of the credential, in milliseconds since the epoch. */
  readonly expiresAt: number
  /** CIDRs from which the credential is valid. Default: any address. */
  readonly sources?: readonly string[]
}

export interface ProcessSubject {
  readonly id: string
  /** Whether the rack knows the ID, as a process or as a service. The rack itself rejects an unknown ID. */
  readonly known: boolean
  /** The service of the process; null if unknown, or if the process belongs to no service. */
  readonly service: string | null
  /** Whether a `run` of this principal started the process. */
  readonly own: boolean
  /**
   * Whether an exec sends the command of a run that the stock CLI has just started. The proof for the run covers it.
   * Default false.
   */
  readonly attaches?: boolean
}

/** One call on the rack API, with everything that the decision depends on. */
export interface RackCall {
  readonly rack: string
  readonly route: RackRoute
  readonly app: string | null
  readonly params: Readonly<Record<string, string>>
  readonly process: ProcessSubject | null
  readonly service: string | null
  /** Only for `run` and `exec`. */
  readonly command: {
    readonly text: string
    readonly argv: readonly string[] | null
    readonly error: string | null
    readonly mode: CommandMode
    /** The options that the command is started with. Default: no special options. */
    readonly options?: CommandOptions
  } | null
  /** The command for a shell on an instance, from the handshake. Command rules do not apply to it. */
  readonly instanceCommand?: string
  /** Names of the parameters. */
  readonly parameters: {
    readonly query: readonly string[]
    readonly form: readonly string[]
    readonly headers: readonly string[]
  }
  /** The keys that a new release changes; null if the call sends no environment. */
  readonly environment: { readonly changed: readonly string[] } | null
  /** The resource at the address of a proxy; null if there is none. */
  readonly resource: { readonly app: string; readonly name: string } | null
  /** The release in the header of a run; null for the default release of the rack, and for other calls. */
  readonly release: { readonly id: string; readonly newest: boolean } | null
  /** Names of the rack parameters that the call changes. */
  readonly rackParameters?: readonly string[]
  /** Milliseconds since the epoch. */
  readonly at: number
  /** The address of the caller. Null if unknown; then every address condition counts as met. */
  readonly address: string | null
}

/** The time and the address of a call, which conditions depend on. */
export type Moment = Pick<RackCall, 'at' | 'address'>

export interface DecisionBase {
  readonly rule: string
  /** The source of the rule, such as `policy.yaml:12`, the name of a policy package, `bindings`, or `gateway`. */
  readonly source: string
  readonly permission: Permission
  /** A whole sentence. */
  readonly reason: string
  /** All roles that the principal has at the scope of the call, including those that do not grant the permission. */
  readonly roles: readonly string[]
  /**
   * The IDs of the bindings to these roles and, for a token, of its owner's bindings at this scope. Empty for the
   * management API.
   */
  readonly bindings: readonly string[]
  /** SHA-256 of the document, hex. */
  readonly policy: string
  /** The grant without which the call would be denied. Missing if the caller's bindings are enough. */
  readonly grant?: DecidingGrant
}

/**
 * How fresh the proof of a second factor must be. `within` is in milliseconds. `always`: a proof for this one call;
 * with a passkey, or with any factor.
 */
export type StepUpLevel =
  | { readonly kind: 'recent'; readonly within: number }
  | { readonly kind: 'always'; readonly methods: 'passkey' | 'any' }

/** `remedy` is a whole sentence, too. `granted` is the decision that applies once the requirement is met. */
export type Decision =
  | Allowed
  | (DecisionBase & { readonly effect: 'deny'; readonly remedy: string })
  | (DecisionBase & { readonly effect: 'require'; readonly remedy: string; readonly granted: Allowed } & Requirement)

/** A decision that allows the call, at once or when a requirement is met. */
export type GrantedDecision = Exclude<Decision, { readonly effect: 'deny' }>

/** What a call still needs: a proof of a second factor, or an approval. */
export type Requirement =
  | { readonly requirement: 'step-up'; readonly level: StepUpLevel }
  | { readonly requirement: 'approval' }

export type Allowed = DecisionBase & {
  readonly effect: 'allow'
  /** The decision of the policy, if only observe mode allows the call. */
  readonly wouldBe?: WouldBe
}

/** A decision that observe mode does not enforce. */
export interface WouldBe extends Denial {
  readonly effect: 'deny' | 'require'
}

export interface PolicyScope {
  readonly rack: string
  readonly app: string | null
  /**
   * `app`: the app must match. `rack`: the binding must be for all apps. `list`: the call lists items, so any binding
   * on the rack is enough.
   */
  readonly scope: 'app' | 'rack' | 'list'
}
