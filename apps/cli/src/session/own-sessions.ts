import { type Static, Type } from 'typebox'
import { everyPage } from '../gateway/every-page.ts'
import { type Asker, callGateway } from '../gateway/gateway-api.ts'
import { Nullable } from '../nullable.ts'

/** One of one's own sessions, as `GET /gateway/api/v1/sessions` shows it; times are RFC 3339. */
export const Session = Type.Object({
  id: Type.String({ pattern: '^[0-9a-f-]{36}$' }),
  user: Type.Object({ id: Type.String(), email: Type.String() }),
  device: Type.String(),
  rack: Nullable(Type.String()),
  /** Whether this was asked with it. */
  current: Type.Boolean(),
  createdAt: Type.String(),
  expiresAt: Type.String(),
  endedAt: Nullable(Type.String()),
  endedReason: Nullable(Type.String()),
  lastUsedAt: Nullable(Type.String()),
  lastUsedFrom: Nullable(Type.String()),
})
export type Session = Static<typeof Session>

/** The person's sessions, newest first, those that have ended among them. @throws as `everyPage` */
export function listSessions(asker: Asker): Promise<readonly Session[]> {
  return everyPage(asker, '/sessions?user=me', Session)
}

/** Ends one of one's own, or for administrators anybody's. @throws as `callGateway`; Usage where there is none */
export async function endOwnSession(asker: Asker, id: string): Promise<Session> {
  return callGateway(asker, { path: `/sessions/${encodeURIComponent(id)}`, method: 'DELETE', answer: Session })
}
