import type { CommandMode, CommandOptions } from '@rack-gateway/command-matcher'
import type { RackRoute } from '@rack-gateway/convox-api'
import type { Explanation } from '@rack-gateway/errors'

/** `resource:action`, such as `release:promote`; `gateway:…` for the management API. */
export type Permission = string

/** Role × rack pattern × app pattern. `*` matches within a name; `*` alone is every one. */
export interface Binding {
  readonly id: string
  readonly role: string
  readonly racks: string
  readonly apps: string
  /** Milliseconds since the epoch, or null for no end. */
  readonly expiresAt: number | null
  /** Instead of a role's: those of a token that was given permissions one by one. Command rules go by roles, so it runs no command. */
  readonly permissions?: readonly Permission[]
}

/** A requested grant: a role, or permissions, on the racks and apps of two patterns. */
export interface WantedGrant {
  readonly role: string
  readonly permissions?: readonly Permission[]
  readonly racks: string
  readonly apps: string
  /** The expiry in milliseconds since the epoch; null for never. A grant can't last longer than the granter's own. */
  readonly until: number | null
}

/** Why something isn't given: because there is no such thing, or because the giver doesn't hold it. Whole sentences: why, and what to do. */
export interface GrantDenial extends Explanation {
  readonly cause: 'unknown' | 'unheld'
}

export type PrincipalKind = 'user' | 'api-token' | 'workload'

/** What a CI job says of itself, for events. Plain text, never the base of a decision. */
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

/** Who calls, with everything a decision depends on. Made by auth, cached, frozen. */
export interface Principal {
  readonly kind: PrincipalKind
  /** Stable id (uuid), never an e-mail. */
  readonly id: string
  /** As `actorName` gives it: what `Convox-Actor` and the audit log show. */
  readonly name: string
  /** The credential's own id: a session for users, the token for API tokens. Never the token itself. */
  readonly credential: string
  /** The rack that the credential is bound to, or null for all. */
  readonly rack: string | null
  readonly groups: readonly string[]
  readonly bindings: readonly Binding[]
  /** Of an API token: whose it is. What the token may do is cut to what its owner may. */
  readonly owner: {
    readonly kind: 'user' | 'service-account'
    readonly id: string
    readonly name: string
    readonly bindings: readonly Binding[]
  } | null
  /** Of a workload. */
  readonly job?: Job
  /** Of a workload: what let it in, and the `sub` that its issuer gave it. */
  readonly trust?: { readonly id: string; readonly name: string; readonly subject: string }
  /** Of a user: what the session's device is called. */
  readonly device?: string
  /** When the credential ends, in milliseconds since the epoch. */
  readonly expiresAt: number
  /** CIDRs that it may be used from; none: from anywhere. */
  readonly sources?: readonly string[]
}

/** The process that a call concerns, as far as it is known. */
export interface ProcessSubject {
  readonly id: string
  /** Whether the rack knows it, as a process or as a service. An unknown one is the rack's to refuse. */
  readonly known: boolean
  /** Service name; null when it is unknown or belongs to none. */
  readonly service: string | null
  /** Whether this principal's own `run` started it. */
  readonly own: boolean
}

/** One call on the rack API, resolved: all that the decision is made from. */
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
    /** How it is started; nothing special when absent. */
    readonly options?: CommandOptions
  } | null
  /** What is to run on an instance, as its handshake says; left out where that says nothing. No command rule permits it. */
  readonly instanceCommand?: string
  /** Names only, by place. */
  readonly parameters: {
    readonly query: readonly string[]
    readonly form: readonly string[]
    readonly headers: readonly string[]
  }
  /** A new release's environment compared with the newest one; null where the call sends none. */
  readonly environment: { readonly changed: readonly string[] } | null
  /** Of a proxy: the app's resource whose address it asks for; null when it is none. */
  readonly resource: { readonly app: string; readonly name: string } | null
  /** The release that a run asks for by header; null: the rack's default. */
  readonly release: { readonly id: string; readonly newest: boolean } | null
  /** Names of the rack's parameters that it changes. */
  readonly rackParameters?: readonly string[]
  /** Milliseconds since the epoch. */
  readonly at: number
  /** Where the call comes from; null where that isn't known yet: then no condition on it stands against the call. */
  readonly address: string | null
}

/** When, and from where. */
export type Moment = Pick<RackCall, 'at' | 'address'>

/** What every decision says, whatever it is. */
export interface Judged {
  readonly rule: string
  /** Where the rule stands: `policy.yaml:12`, `built-in:12`, a policy package's name, `bindings` for what the caller holds, or `gateway`. */
  readonly source: string
  readonly permission: Permission
  /** A whole sentence. */
  readonly reason: string
  readonly roles: readonly string[]
  readonly bindings: readonly string[]
  /** SHA-256 of the document, hex. */
  readonly policy: string
}

/** `next` is a sentence as well: what to do about it. */
export type Decision =
  | (Judged & { readonly effect: 'allow' })
  | (Judged & { readonly effect: 'deny'; readonly remedy: string })
  | (Judged & { readonly effect: 'needs'; readonly remedy: string; readonly requirement: 'step-up' | 'approval' })

export type Allowed = Extract<Decision, { effect: 'allow' }>

/** Where a permission is asked for. */
export interface PolicyScope {
  readonly rack: string
  readonly app: string | null
  readonly scope: 'app' | 'rack' | 'list'
}
