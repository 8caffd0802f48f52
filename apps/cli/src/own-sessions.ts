import { type Static, Type } from 'typebox'
import { Value } from 'typebox/value'
import { GatewayUnreachable, TokenRefused, Usage } from './errors.ts'
import { deadlineMs, failure, sentenceOf } from './gateway-client.ts'
import { bodyOf, headersWith, parsed } from './gateway-request.ts'
import type { Target } from './target.ts'
import { printable } from './terminal.ts'

const Nullable = Type.Union([Type.String(), Type.Null()])

/** One of one's own sessions, as `GET /gateway/api/v1/sessions` shows it; times are RFC 3339. */
export const Session = Type.Object({
  id: Type.String({ pattern: '^[0-9a-f-]{36}$' }),
  device: Type.String(),
  rack: Nullable,
  /** Whether this was asked with it. */
  current: Type.Boolean(),
  createdAt: Type.String(),
  expiresAt: Type.String(),
  endedAt: Nullable,
  lastUsedAt: Nullable,
  lastUsedFrom: Nullable,
})
export type Session = Static<typeof Session>

const Page = Type.Object({ items: Type.Array(Session), next: Nullable })
const mostPages = 20

/** Where to ask, and with which token. */
export type Asker = Pick<Target, 'origin' | 'token'>

/** The person's sessions, newest first, those that have ended among them. @throws TokenRefused, Usage, GatewayUnreachable */
export async function listSessions(asker: Asker): Promise<readonly Session[]> {
  const sessions: Session[] = []
  let next: string | null = ''
  for (let page = 0; page < mostPages && next !== null; page++) {
    const cursor: string = next === '' ? '' : `&cursor=${encodeURIComponent(next)}`
    const answer = await ask(asker, 'GET', `/sessions?user=me&limit=100${cursor}`)
    if (!Value.Check(Page, answer)) throw unclear(asker)
    sessions.push(...answer.items)
    next = answer.next
  }
  return sessions
}

/** Ends one of one's own. @throws as `listSessions`; Usage where there is none */
export async function endOwnSession(asker: Asker, id: string): Promise<Session> {
  const answer = await ask(asker, 'DELETE', `/sessions/${encodeURIComponent(id)}`)
  if (!Value.Check(Session, answer)) throw unclear(asker)
  return answer
}

async function ask(asker: Asker, method: string, path: string): Promise<unknown> {
  const { status, body } = await send(asker, method, path)
  const answer = parsed(body)
  if (status === 200) return answer
  const said = sentenceOf(answer)
  if (said === null || status >= 500) throw unclear(asker, said)
  if (status === 401) throw new TokenRefused(`${asker.origin} refused the token: ${printable(said)}`)
  throw new Usage(printable(said))
}

async function send({ origin, token }: Asker, method: string, path: string): Promise<{ status: number; body: string }> {
  try {
    const answer = await fetch(`${origin}/gateway/api/v1${path}`, {
      method,
      headers: headersWith(token),
      redirect: 'manual',
      signal: AbortSignal.timeout(deadlineMs),
    })
    return { status: answer.status, body: (await bodyOf(answer)) ?? '' }
  } catch (error) {
    throw new GatewayUnreachable(
      `${origin} could not be asked: ${printable(failure(error))}; check the address and the network`,
    )
  }
}

function unclear({ origin }: Asker, said: string | null = null): Error {
  return new GatewayUnreachable(
    said === null
      ? `${origin} does not answer as a Rack Gateway: check the address`
      : `${origin} could not do it: ${printable(said)}`,
  )
}
