import type { CommandMode } from '@rack-gateway/command-matcher'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { PrincipalKind } from '../types.ts'

/** One call on the rack API, as policy packages see it: plain, frozen, names instead of values, nothing secret. */
export interface PackageCall {
  readonly rack: string
  readonly app: string | null
  /** The id of the route, such as `POST /apps/{app}/releases/{id}/promote`. */
  readonly route: string
  readonly permission: string
  /** Whether the rack may be changed by it. */
  readonly changes: boolean
  /** What the placeholders of the route stand for. */
  readonly params: Readonly<Record<string, string>>
  /** Names of the parameters that are sent. */
  readonly parameters: {
    readonly query: readonly string[]
    readonly form: readonly string[]
    readonly headers: readonly string[]
  }
  readonly service: string | null
  readonly process: { readonly id: string; readonly service: string | null; readonly own: boolean } | null
  /** The command of a run or an exec; `argv` is null if the command can't be split. */
  readonly command: { readonly mode: CommandMode; readonly argv: readonly string[] | null } | null
  /** What is to run on an instance, as one text for a shell there; null: an interactive shell, or no shell on an instance. */
  readonly instanceCommand: string | null
  /** Names of the keys that a new release adds, removes or changes. */
  readonly environment: { readonly changed: readonly string[] } | null
  /** The release that a run asks for; null: the rack's default. */
  readonly release: { readonly id: string; readonly newest: boolean } | null
  /** Of a proxy: the resource behind the address. */
  readonly resource: { readonly app: string; readonly name: string } | null
  /** Milliseconds since the epoch. */
  readonly at: number
  /** Where it comes from; null where that isn't known. */
  readonly address: string | null
}

/** Who calls. */
export interface PackagePrincipal {
  readonly kind: PrincipalKind
  readonly id: string
  /** A user's e-mail address, or the name of a token or trust, which its creator chose. */
  readonly name: string
  readonly groups: readonly string[]
  /** Those that it holds where the call goes. */
  readonly roles: readonly string[]
  /** Of an API token: whose it is. */
  readonly owner: { readonly kind: 'user' | 'service-account'; readonly id: string; readonly name: string } | null
}

/** Goes to the gateway's log, one line each, with the package's name. No secrets. */
export interface PackageLog {
  info(message: string): void
  warn(message: string): void
  error(message: string): void
}

/** What `evaluate` gets beside the call. Frozen as well. */
export interface CallContext {
  readonly principal: PackagePrincipal
  /** By what the policy permits the call. */
  readonly decision: { readonly rule: string; readonly source: string; readonly reason: string }
  /** `begin` before the call goes to the rack; `review` while its websocket or transfer is under way. */
  readonly phase: 'begin' | 'review'
  /**
   * `true` for a dry run: the package must not cause side effects.
   * What only the rack knows of it is made up, in round brackets: `(another)`.
   */
  readonly simulated: boolean
  /** Milliseconds since the epoch. */
  readonly clock: { now(): number }
  readonly log: PackageLog
  /** Fires at the deadline: hand it to `fetch` and the like. */
  readonly signal: AbortSignal
}

/**
 * Why a call is not to go on. There is no way to say that it may: that is for roles alone.
 * `rule` is a short name in lower case, `reason` and `next` are whole sentences for the caller: why, and what to do.
 */
export type Objection =
  | { readonly effect: 'deny'; readonly rule: string; readonly reason: string; readonly next: string }
  | {
      readonly effect: 'needs'
      readonly requirement: 'step-up' | 'approval'
      readonly rule: string
      readonly reason: string
      readonly next: string
    }

/** Null or undefined: nothing stands against the call. */
export type Verdict = Objection | null | undefined

/** What the routes of a package work with. */
export interface RouteContext {
  readonly clock: { now(): number }
  readonly log: PackageLog
  /** Who made a request of one of its routes, with the roles held at a place. @throws on a route that lets in anybody */
  callerOf(request: FastifyRequest, place: { readonly rack: string; readonly app: string | null }): PackagePrincipal
  /**
   * Writes an event `package.recorded`, with the request's principal. Resolves once it is durable: act only after that.
   *
   * @param detail at most 20 facts, flat, no secrets
   * @throws AuditUnavailable (503)
   */
  record(request: FastifyRequest, detail: Readonly<Record<string, string | number | boolean>>): Promise<void>
}

export interface PolicyDefinition {
  /** Stands in decisions, events and addresses: lower case, digits and dashes. */
  readonly name: string
  /**
   * Judges one call that roles permit. Asked for each call on the rack API, so it should look at what is in memory;
   * whatever it throws, and anything else that it returns, refuses the call.
   */
  evaluate(call: PackageCall, context: CallContext): Verdict | Promise<Verdict>
  /** Milliseconds that an asynchronous answer may take, from 10 to 10000; 2000 when absent. After it the call is refused. */
  readonly timeoutMs?: number
  /**
   * Adds routes below `/gateway/packages/<name>`. They are for callers with a credential, unless a route's config says `anonymous: true`.
   */
  readonly register?: (scope: FastifyInstance, context: RouteContext) => void | Promise<void>
  /** When the gateway ends. */
  readonly close?: () => void | Promise<void>
}

/** A definition that was checked. */
export interface PolicyPackage extends PolicyDefinition {
  readonly timeoutMs: number
}
