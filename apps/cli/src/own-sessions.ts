import { type Static, Type } from 'typebox'
import { type Asker, callGateway } from './gateway-api.ts'

const Nullable = Type.Union([Type.String(), Type.Null()])

/** One of one's own sessions, as `GET /gateway/api/v1/sessions` shows it; times are RFC 3339. */
export const Session = Type.Object({
  id: Type.String({ pattern: '^[0-9a-f-]{36}$' }),
  user: Type.Object({ id: Type.String(), email: Type.String() }),
  device: Type.String(),
  rack: Nullable,
  /** Whether this was asked with it. */
  current: Type.Boolean(),
  createdAt: Type.String(),
  expiresAt: Type.String(),
  endedAt: Nullable,
  endedReason: Nullable,
  lastUsedAt: Nullable,
  lastUsedFrom: Nullable,
})
export type Session = Static<typeof Session>

const Page = Type.Object({ items: Type.Array(Session), next: Nullable })
const mostPages = 20

/** The person's sessions, newest first, those that have ended among them. @throws as `callGateway` */
export async function listSessions(asker: Asker): Promise<readonly Session[]> {
  const sessions: Session[] = []
  let next: string | null = ''
  for (let page = 0; page < mostPages && next !== null; page++) {
    const cursor: string = next === '' ? '' : `&cursor=${encodeURIComponent(next)}`
    const { items, next: more } = await callGateway(asker, {
      path: `/sessions?user=me&limit=100${cursor}`,
      answer: Page,
    })
    sessions.push(...items)
    next = more
  }
  return sessions
}

/** Ends one of one's own. @throws as `callGateway`; Usage where there is none */
export async function endOwnSession(asker: Asker, id: string): Promise<Session> {
  return callGateway(asker, { path: `/sessions/${encodeURIComponent(id)}`, method: 'DELETE', answer: Session })
}
