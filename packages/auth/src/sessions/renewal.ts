import { credentials, sessions, users } from '@rack-gateway/database'
import { and, eq, gt, isNotNull, lt, ne, sql } from 'drizzle-orm'
import { RenewedTooOften, SessionNotLonger, SessionOver } from '../errors/errors.ts'
import type { TokenMint } from '../tokens/token.ts'
import type { Change } from '../transactions/change.ts'
import { lockItem } from '../transactions/lock-item.ts'
import type { IssuedCredential } from './sessions.ts'

/** The lifetimes of sessions, in milliseconds. */
export interface SessionTerms {
  /** The maximum time from the start of the session, or from its last renewal, to the expiry. */
  readonly maxAge: number
  /** The maximum time from the last login to the expiry. */
  readonly lifetime: number
  /** How long a token stays valid after a newer one replaced it. */
  readonly overlap: number
}

export const defaultSessionTerms: SessionTerms = {
  maxAge: 30 * 86_400_000,
  lifetime: 90 * 86_400_000,
  overlap: 86_400_000,
}

export interface Renewal {
  readonly id: string
  readonly terms: SessionTerms
  /** Milliseconds since the epoch. */
  readonly now: number
}

/**
 * The maximum number of replaced tokens of a session that are still valid. The records of invalid ones are kept, too,
 * because the use of a replaced token after the overlap raises an alarm.
 */
const maxOverlapping = 20
/** Milliseconds after the expiry of a replaced token for which its record is kept. */
const retention = 90 * 86_400_000

/**
 * Previous tokens stay valid during the overlap, so a client that lost the response can renew again.
 *
 * @throws NotFound; SessionOver if the session has ended or its user is locked; SessionNotLonger for a session of the
 * stock CLI, and if the expiry would be earlier; RenewedTooOften
 */
export async function renewSession(
  change: Change,
  mint: TokenMint,
  { id, terms, now }: Renewal,
): Promise<IssuedCredential> {
  const { tx } = change
  const session = await lockItem(change, sessions, 'session', id)
  const [user] = await tx.select().from(users).where(eq(users.id, session.userId))
  const end = Math.min(now + terms.maxAge, session.authenticatedAt.getTime() + terms.lifetime)
  if (session.endedAt !== null || user?.lockedAt !== null || session.expiresAt.getTime() <= now) throw new SessionOver()
  if (!session.renewable || end < session.expiresAt.getTime())
    throw new SessionNotLonger(session.expiresAt.toISOString())
  const isOverlapping = and(
    eq(credentials.sessionId, id),
    isNotNull(credentials.supersededAt),
    gt(credentials.expiresAt, new Date(now)),
  )
  if ((await tx.$count(credentials, isOverlapping)) >= maxOverlapping) throw new RenewedTooOften()
  const { token, hash, expiresAt } = mint.issue('session', end)
  const until = new Date(expiresAt)
  await tx.insert(credentials).values({ hash, sessionId: id, issuedAt: new Date(now), expiresAt: until })
  await supersede(change, { id, hash, now, overlap: terms.overlap })
  await tx.update(sessions).set({ expiresAt: until }).where(eq(sessions.id, id))
  change.events.push({
    kind: 'session.renewed',
    principal: change.by,
    detail: { session: id, user: user.id, email: user.email, expires: until.toISOString() },
  })
  return { id, token, expiresAt }
}

interface NewestToken {
  readonly id: string
  readonly hash: Buffer
  readonly now: number
  readonly overlap: number
}

/** Lets the other tokens of the session expire after the overlap. */
async function supersede({ tx }: Change, { id, hash, now, overlap }: NewestToken): Promise<void> {
  const others = and(eq(credentials.sessionId, id), ne(credentials.hash, hash))
  const at = new Date(now).toISOString()
  const until = new Date(now + overlap).toISOString()
  await tx
    .update(credentials)
    .set({
      supersededAt: sql`coalesce(${credentials.supersededAt}, ${at}::timestamptz)`,
      expiresAt: sql`least(${credentials.expiresAt}, ${until}::timestamptz)`,
    })
    .where(others)
  const isLongExpired = lt(credentials.expiresAt, new Date(now - retention))
  await tx
    .delete(credentials)
    .where(and(eq(credentials.sessionId, id), isNotNull(credentials.supersededAt), isLongExpired))
}
