import type { Session } from '@rack-gateway/gateway-api'
import { everyPage } from '../gateway/every-page.ts'
import { type Asker, callGateway } from '../gateway/gateway-api.ts'

/** The person's sessions, newest first, those that have ended among them. @throws as `everyPage` */
export function listSessions(asker: Asker): Promise<readonly Session[]> {
  return everyPage(asker, 'listSessions', { user: 'me' })
}

/** Ends one of one's own, or for administrators anybody's. @throws as `callGateway`; Usage where there is none */
export function revokeOwnSession(asker: Asker, id: string): Promise<Session> {
  return callGateway(asker, 'endSession', { id })
}
