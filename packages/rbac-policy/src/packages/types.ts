import type { CommandMode } from '@rack-gateway/command-matcher'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { PrincipalKind } from '../model/types.ts'

/** One call on the rack API, frozen. Parameters and environments have only names, no values. */
export interface PackageCall {
  readonly rack: string
  readonly app: string | null
  /** The id of the route, such as `POST /apps/{app}/releases/{id}/promote`. */
  readonly route: string
  readonly permission: string
  /** Whether the call can change the rack. */
  readonly changes: boolean
  /** The values of the placeholders of the route. */
  readonly params: Readonly<Record<string, string>>
  /** Names of the sent parameters. */
  readonly parameters: {
    readonly query: readonly string[]
    readonly form: readonly string[]
    readonly headers: readonly string[]
  }
  readonly service: string | null
  readonly process: { readonly id: string; readonly service: string | null; readonly own: boolean } | null
  /** The command of a run or an exec; `argv` is null if the command can't be split. */
  readonly command: { readonly mode: CommandMode; readonly argv: readonly string[] | null } | null
  /** The command for a shell on an instance, as one text; null for an interactive shell, and for other calls. */
  readonly instanceCommand: string | null
  /** Names of the keys that a new release adds, removes, or changes; null if the call sends no environment. */
  readonly environment: { readonly changed: readonly string[] } | null
  /** The release of a run; null for the default release of the rack, and for other calls. */
  readonly release: { readonly id: string; readonly newest: boolean } | null
  /** The resource at the address of a proxy; null if there is none. */
  readonly resource: { readonly app: string; readonly name: string } | null
  /** Milliseconds since the epoch. */
  readonly at: number
  /** The address of the caller; null if unknown. */
  readonly address: string | null
}

export interface PackagePrincipal {
  readonly kind: PrincipalKind
  readonly id: string
  /**
   * The email address of a user, `token:NAME (OWNER)` for an API token, or the repository of a job. Owners choose token
   * names.
   */
  readonly name: string
  readonly groups: readonly string[]
  /** The roles of the principal at the scope of the call. */
  readonly roles: readonly string[]
  /** The owner of an API token. */
  readonly owner: { readonly kind: 'user' | 'service-account'; readonly id: string; readonly name: string } | null
}

/** Writes lines with the name of the package to the gateway's log. Do not log secrets. */
export interface PackageLog {
  info(message: string): void
  warn(message: string): void
  error(message: string): void
}

/** The second argument of `evaluate`. Frozen. */
export interface CallContext {
  readonly principal: PackagePrincipal
  /** The rule by which the policy allows the call. */
  readonly decision: { readonly rule: string; readonly source: string; readonly reason: string }
  /** `begin` before the call is forwarded; `review` while its websocket or transfer is in progress. */
  readonly phase: 'begin' | 'review'
  /**
   * `true` for a dry run: the package must not cause side effects. Facts that only the rack knows are placeholders in
   * round brackets, such as `(another)` for another service or environment key.
   */
  readonly simulated: boolean
  /** Milliseconds since the epoch. */
  readonly clock: { now(): number }
  readonly log: PackageLog
  /** Aborts at the deadline. Pass this signal to `fetch` and similar functions. */
  readonly signal: AbortSignal
}

/**
 * An objection to a call. Packages cannot allow calls; only roles can.
 * `rule` is a short name in lower case. `reason` and `next` are whole sentences for the caller: why, and what to do.
 */
export type Objection =
  | { readonly effect: 'deny'; readonly rule: string; readonly reason: string; readonly next: string }
  | {
      readonly effect: 'require'
      readonly requirement: 'step-up'
      readonly rule: string
      readonly reason: string
      readonly next: string
    }
  | {
      readonly effect: 'require'
      readonly requirement: 'approval'
      /** The ID of a request rule of the policy. A live grant of this rule satisfies the objection. */
      readonly request: string
      readonly rule: string
      readonly reason: string
      readonly next: string
    }

/** Null or undefined: no objection. */
export type EvaluationResult = Objection | null | undefined

/** The context of the routes of a package. */
export interface RouteContext {
  readonly clock: { now(): number }
  readonly log: PackageLog
  /** The caller of a route, with its roles at a scope. @throws on a route without authentication */
  callerOf(request: FastifyRequest, scope: { readonly rack: string; readonly app: string | null }): PackagePrincipal
  /**
   * Records an event `package.recorded` with the principal of the request. Resolves when the event is durable, so await
   * the promise before you act.
   *
   * @param detail at most 20 flat facts, without secrets; texts are cut after 1,000 characters
   * @throws AuditUnavailable (503), or an Error for an invalid detail
   */
  record(request: FastifyRequest, detail: Readonly<Record<string, string | number | boolean>>): Promise<void>
}

export interface PolicyDefinition {
  /** For decisions, events, and addresses: 1 to 40 lower-case letters, digits, and dashes, with a letter first. */
  readonly name: string
  /**
   * Decides about a call that roles allow. This function runs for each such call on the rack API, so it should
   * use data in memory. If it throws or returns a value that is not an `EvaluationResult`, a new call is denied.
   */
  evaluate(call: PackageCall, context: CallContext): EvaluationResult | Promise<EvaluationResult>
  /** The timeout of a promise, from 10 to 10000 ms. Default: 2000. After the timeout, a new call is denied. */
  readonly timeoutMs?: number
  /**
   * Adds routes below `/gateway/packages/<name>`. A route needs a credential, unless its config has `anonymous: true`.
   */
  readonly register?: (scope: FastifyInstance, context: RouteContext) => void | Promise<void>
  /** Runs when the gateway stops. */
  readonly close?: () => void | Promise<void>
}

/** A definition that `definePolicy` has checked. */
export interface PolicyPackage extends PolicyDefinition {
  readonly timeoutMs: number
}
