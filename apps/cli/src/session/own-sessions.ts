import type { Session } from '@rack-gateway/gateway-api'
import { everyPage } from '../gateway/every-page.ts'
import { callGateway, type GatewayAccess } from '../gateway/gateway-api.ts'

/** The user's sessions, newest first, expired and revoked ones included. @throws as `everyPage` */
export function listSessions(gateway: GatewayAccess): Promise<readonly Session[]> {
  return everyPage(gateway, 'listSessions', { user: 'me' })
}

/** Administrators can revoke any session. @throws as `callGateway`; Usage for an unknown ID */
export function revokeSession(gateway: GatewayAccess, id: string): Promise<Session> {
  return callGateway(gateway, 'endSession', { id })
}
