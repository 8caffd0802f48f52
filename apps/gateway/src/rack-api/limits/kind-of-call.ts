import type { RackRoute } from '@rack-gateway/convox-api'
import type { CallKind } from '../../resource-account/account.ts'

/** Which connections to the rack a call uses. A WebSocket above its limit never waits, because others can stay open for hours. */
export function kindOfCall({ kind, body, mask }: RackRoute): CallKind {
  if (kind === 'websocket') return 'websockets'
  return body === 'raw' || mask === 'opaque' || mask === 'stream' ? 'transfers' : 'calls'
}
