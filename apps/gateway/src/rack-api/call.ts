import type { Duplex } from 'node:stream'
import type { VerifiedToken } from '@rack-gateway/auth'
import type { UsedProof } from '@rack-gateway/auth/step-ups'
import type { RouteMatch } from '@rack-gateway/convox-api'
import type { Rack } from '@rack-gateway/rack-registry'
import type { Decision, Moment, Principal, RackCall } from '@rack-gateway/rbac-policy'
import type { CallEnd } from '../http/call-end.ts'
import type { RecordedChange } from './events/recorded-changes.ts'
import type { RecordedValues } from './events/recorded-values.ts'
import type { RedactedCommand } from './events/redacted-command.ts'
import type { ParsedRequest } from './parse-request.ts'

/** Each stage of a call adds to the state, so that a denial at any stage is recorded with everything known so far. */
export interface CallState {
  readonly startedAt: number
  readonly address: string
  readonly parsedRequest: ParsedRequest
  rack: Rack | null
  match: RouteMatch | null
  rackCall: RackCall | null
  decision: Decision | null
  /** Whether an event of the call exists already. */
  recorded: boolean
  /** Whether the metrics have the call. */
  isCounted: boolean
  /** A form's bytes, read before the decision. */
  form: Buffer | null
  /** The form for the rack. It differs from `form` where masks were replaced by real values. */
  sent: Buffer | null
  /** The real values that replaced masks in the form. The caller must not see these values. */
  restoredValues: readonly string[]
  keyChanges: readonly RecordedChange[]
  /** The command as events show it; null when the call has none. */
  command: RedactedCommand | null
  /** The environment key whose value a call of the management API asks for; null: none. */
  revealedKey: string | null
  /** The values of parameters that events may contain according to the policy; null: none. */
  values: RecordedValues | null
  /** The proof of a second factor that the call used; null: none. */
  proof: UsedProof | null
  /** Whether the call is for the log of a build that has not ended. */
  isBuildRunning: boolean
}

export type RoutedCall = CallState & {
  principal: Principal
  readonly credential: VerifiedToken
  /** Aborted when the client disconnects. */
  readonly signal: CallEnd
  rack: Rack
  match: RouteMatch
}

export type DecidedCall = RoutedCall & { rackCall: RackCall; decision: Decision }

/** The socket of an upgrade request, and the bytes that were read after its head. */
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

export function beginCall(parsedRequest: ParsedRequest, { at, address }: Moment & { address: string }): CallState {
  return {
    startedAt: at,
    address,
    parsedRequest,
    rack: null,
    match: null,
    rackCall: null,
    decision: null,
    recorded: false,
    isCounted: false,
    form: null,
    sent: null,
    restoredValues: [],
    keyChanges: [],
    command: null,
    revealedKey: null,
    values: null,
    proof: null,
    isBuildRunning: false,
  }
}
