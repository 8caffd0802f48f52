import type { Session } from '@rack-gateway/gateway-api'
import { callGateway, type GatewayAccess } from '../gateway/gateway-api.ts'
import { listAllItems } from '../gateway/list-all-items.ts'

/** The user's sessions, newest first, expired and revoked ones included. @throws as `listAllItems` */
export function listSessions(gateway: GatewayAccess): Promise<readonly Session[]> {
  return listAllItems(gateway, 'listSessions', { user: 'me' })
}

/** Administrators can revoke any session. @throws as `callGateway`; Usage for an unknown ID */
export function revokeSession(gateway: GatewayAccess, id: string): Promise<Session> {
  return callGateway(gateway, 'endSession', { id })
}
