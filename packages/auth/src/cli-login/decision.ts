import { createHash } from 'node:crypto'
import { type Database, sessions, users } from '@rack-gateway/database'
import { asSentences, type Explanation } from '@rack-gateway/errors'
import { and, eq, isNull } from 'drizzle-orm'
import { LoginDenied } from '../errors/login-denial.ts'
import type { Change } from '../transactions/change.ts'
import type { Author, IdentityEvent } from '../transactions/events.ts'
import { endedBrowserSession, oldLogin } from './denial.ts'
import type { Flow, PendingLogin } from './request.ts'

/** For audit events. `request` is the request ID. */
export interface RequestContext {
  readonly request: string
  readonly source: { readonly address: string; readonly client?: string }
}

/** A user who is logged in to a browser session. `user` and `session` are IDs. */
export interface BrowserUser {
  readonly user: string
  readonly email: string
  readonly session: string
}

export function authorOf({ user, email }: Omit<BrowserUser, 'session'>): Author {
  return { kind: 'user', id: user, name: email }
}

/** SHA-256, for a random secret. */
export function hashOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest()
}

/** When the user of a browser session logged in, in milliseconds since the epoch; 0 for an unknown session. */
export async function authenticatedAt(db: Pick<Database['db'], 'select'>, session: string): Promise<number> {
  const [found] = await db.select({ at: sessions.authenticatedAt }).from(sessions).where(eq(sessions.id, session))
  return found?.at.getTime() ?? 0
}

/**
 * Requires a login after the CLI login began, so that a stolen cookie cannot be turned into a token.
 *
 * @returns the time of the login in the browser
 * @throws LoginDenied
 */
export async function assertLoggedInSince(
  { tx }: Change,
  { session }: BrowserUser,
  { id, begunAt }: PendingLogin,
): Promise<Date> {
  const [found] = await tx
    .select({ at: sessions.authenticatedAt, endedAt: sessions.endedAt, lockedAt: users.lockedAt })
    .from(sessions)
    .innerJoin(users, eq(users.id, sessions.userId))
    .where(eq(sessions.id, session))
  if (!found || found.endedAt !== null || found.lockedAt !== null)
    throw new LoginDenied(endedBrowserSession, { login: id })
  if (found.at.getTime() < begunAt) throw new LoginDenied(oldLogin, { login: id })
  return found.at
}

export async function isActive({ tx }: Change, session: string | null): Promise<boolean> {
  if (session === null) return false
  return (await tx.$count(sessions, and(eq(sessions.id, session), isNull(sessions.endedAt)))) > 0
}

export function detailOf(flow: Flow, { id, device, system, address, rack }: PendingLogin): Record<string, string> {
  return { login: id, flow, device, system, begunFrom: address, ...(rack !== null && { rack }) }
}

export interface DenialSummary extends Explanation {
  readonly rule: string
}

export function denialEvent(
  principal: Author,
  { rule, ...explanation }: DenialSummary,
  detail: Record<string, string>,
) {
  const { reason, remedy: next } = asSentences(explanation)
  return {
    kind: 'cli-login.refused',
    principal,
    decision: { effect: 'deny', rule, reason, next },
    detail,
  } as const satisfies IdentityEvent
}
