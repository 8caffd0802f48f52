import type { VerifiedToken } from '@rack-gateway/auth'
import type { Allowed, DecidingGrant, RackCall } from '@rack-gateway/rbac-policy'
import type { ListedCall } from './listed-call.ts'

/**
 * A WebSocket or transfer of this process. It differs from the `LiveCall` of the management API, which describes a call of
 * any process: this one has what the process needs to check the permission again, and to end the call.
 */
export interface LiveCall {
  readonly credential: VerifiedToken
  readonly rackCall: RackCall
  /** Whether observe mode let the call start. Such a call has no proof of a second factor. */
  readonly isObserved: boolean
  /** When the gateway stops, it ends a WebSocket and lets a transfer finish. */
  readonly kind: 'websocket' | 'transfer'
  readonly listed: ListedCall
  /** The grant that allowed the call to start; null if bindings allowed it. */
  readonly grant: DecidingGrant | null
  /** Whether the call always ends with the grant that allowed it to start, even if another grant or bindings allow it. */
  readonly endsWithGrant: boolean
  /** Writes a text to the caller's terminal. Null without a terminal. @returns false if the text was not sent */
  readonly notify: ((text: string) => boolean) | null
  /** Records that another grant, or bindings alone, allow the call from now on. @param previous the grant until now */
  onGrantChange(decision: Allowed, previous: DecidingGrant | null): void
  /** Ends the call. A WebSocket sends the reason to the client. */
  end(reason: string): void
  /** Keeps proxies from closing the connection as idle. */
  ping(): void
}
