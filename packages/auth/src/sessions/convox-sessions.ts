import { sessions, users } from '@rack-gateway/database'
import { eq } from 'drizzle-orm'
import { noSuchItem, SessionNotLonger, SessionOver } from '../errors/errors.ts'
import type { TokenMint } from '../tokens/token.ts'
import type { Change } from '../transactions/change.ts'
import { checkId, checkName } from '../transactions/names.ts'
import { type IssuedCredential, storeSession } from './sessions.ts'

/**
 * Milliseconds. Short, because the stock CLI stores the token in plain text, and sends it to a server whose certificate
 * it does not verify.
 */
const convoxSessionLife = 86_400_000

export interface ConvoxSessionRequest {
  /** The ID of the session that requests it. */
  readonly requester: string
  /** The name of the device in the list of sessions. */
  readonly device: string
  /** The only rack that the session is valid for, or null for all. */
  readonly rack: string | null
  /** Milliseconds from a login to the expiry of its sessions. */
  readonly lifetime: number
  /** Milliseconds since the epoch. */
  readonly now: number
}

/**
 * The new session cannot be renewed, and no other session can be created from it.
 *
 * @throws NotFound; SessionOver; SessionNotLonger if `requester` is a session of the stock CLI; InvalidName for the
 * device
 */
export async function createConvoxSession(
  change: Change,
  mint: TokenMint,
  { requester, device, rack, lifetime, now }: ConvoxSessionRequest,
): Promise<IssuedCredential> {
  const [found] = await change.tx
    .select({ session: sessions, user: users })
    .from(sessions)
    .innerJoin(users, eq(users.id, sessions.userId))
    .where(eq(sessions.id, checkId('session', requester)))
  if (!found) throw noSuchItem('session')
  const { session, user } = found
  if (session.endedAt !== null || user.lockedAt !== null || session.expiresAt.getTime() <= now) throw new SessionOver()
  if (!session.renewable) throw new SessionNotLonger(session.expiresAt.toISOString())
  const authenticatedAt = session.authenticatedAt.getTime()
  return storeSession(change, mint, {
    user,
    device: checkName('name of a device', device),
    rack,
    authenticatedAt,
    requestedExpiry: Math.min(now + convoxSessionLife, authenticatedAt + lifetime),
    now,
    renewable: false,
  })
}
