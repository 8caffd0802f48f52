import type { TokenReading } from '@rack-gateway/auth'
import type { Principal, RackCall } from '@rack-gateway/rbac-policy'

/** A websocket or transfer that is under way, and what it was permitted by. */
export interface LiveCall {
  readonly principal: Principal
  readonly credential: TokenReading
  readonly rackCall: RackCall
  /** A websocket is ended when the gateway stops; a transfer may finish. */
  readonly kind: 'websocket' | 'transfer'
  /** Cuts it; where there is somebody to tell, with the reason. */
  end(reason: string): void
  /** Shows the parts of the way that it is still wanted. */
  ping(): void
}
