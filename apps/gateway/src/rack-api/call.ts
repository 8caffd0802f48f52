import type { Duplex } from 'node:stream'
import type { TokenReading } from '@rack-gateway/auth'
import type { RouteMatch } from '@rack-gateway/convox-api'
import type { CallerSignal, Rack } from '@rack-gateway/rack-registry'
import type { Decision, Moment, Principal, RackCall } from '@rack-gateway/rbac-policy'
import type { Framed } from './frame.ts'
import type { RecordedChange } from './recorded-changes.ts'
import type { RecordedValues } from './recorded-values.ts'
import type { ToldCommand } from './redacted-command.ts'

/** What is known of one call on the rack API; filled as it goes through the steps, so that a refusal at any step can be recorded with all that was known. */
export interface CallState {
  readonly startedAt: number
  /** Where it comes from. */
  readonly address: string
  readonly framed: Framed
  rack: Rack | null
  match: RouteMatch | null
  rackCall: RackCall | null
  decision: Decision | null
  /** Whether an event tells of it already. */
  recorded: boolean
  /** A form's bytes, read before the decision. */
  form: Buffer | null
  /** What the rack gets of it: other bytes only where masks were replaced by real values. */
  sent: Buffer | null
  /** Of a new release: what it does to the environment. */
  keyChanges: readonly RecordedChange[]
  /** What it asks to run, as it is recorded; null where it asks for nothing. */
  command: ToldCommand | null
  /** Of its parameters, where the policy says so; null: names alone. */
  values: RecordedValues | null
}

/** A call whose caller, rack and route are known. */
export type RoutedCall = CallState & {
  principal: Principal
  readonly credential: TokenReading
  /** Fires when the client goes away. */
  readonly signal: CallerSignal
  rack: Rack
  match: RouteMatch
}

/** A call that may be forwarded. */
export type DecidedCall = RoutedCall & { rackCall: RackCall; decision: Decision }

/** The socket of an upgrade request, and what was read past its head. */
export interface PendingUpgrade {
  readonly socket: Duplex
  readonly head: Buffer
}

declare module 'fastify' {
  interface FastifyRequest {
    call: CallState | null
  }
}

declare module 'node:http' {
  interface IncomingMessage {
    /** Set by the upgrade listener; taken by the websocket handler. */
    pendingUpgrade?: PendingUpgrade
    /** The client waits for `100 Continue`. */
    expectsContinue?: boolean
  }
}

export function beginCall(framed: Framed, { at, address }: Moment & { address: string }): CallState {
  return {
    startedAt: at,
    address,
    framed,
    rack: null,
    match: null,
    rackCall: null,
    decision: null,
    recorded: false,
    form: null,
    sent: null,
    keyChanges: [],
    command: null,
    values: null,
  }
}
