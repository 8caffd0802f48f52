import { randomUUID } from 'node:crypto'
import { credentials, type Database, type LoginPurpose, sessions, users } from '@rack-gateway/database'
import { and, desc, eq, gt, isNull, ne } from 'drizzle-orm'
import { ensureUser, type ProviderAccount } from '../accounts/accounts.ts'
import { ensureBinding } from '../accounts/bindings.ts'
import type { TokenMint } from '../tokens/token.ts'
import type { Change } from '../transactions/change.ts'
import { lockItem } from '../transactions/lock-item.ts'
import { checkName } from '../transactions/names.ts'

export interface SessionRequest {
  readonly email: string
  /** The account with which the user logs in, so that a login finds the same user. Default: an account of `local`. */
  readonly account?: ProviderAccount
  /** The user gets this role on `rack`, or without `rack` on all racks. All sessions of the user have it. */
  readonly role?: string
  /** The only rack that the session is valid for. */
  readonly rack?: string
  /** The name of the device in the list of sessions. */
  readonly device: string
  /** Milliseconds since the epoch. */
  readonly expiresAt: number
}

export interface IssuedCredential {
  /** The ID of the session or API token. Not secret. */
  readonly id: string
  /** Shown once. */
  readonly token: string
  /** Milliseconds since the epoch. */
  readonly expiresAt: number
}

export async function insertSession(
  change: Change,
  mint: TokenMint,
  request: SessionRequest,
  now: number,
): Promise<IssuedCredential> {
  const { role, rack, expiresAt: requestedExpiry } = request
  const device = checkName('name of a device', request.device)
  const user = await ensureUser(change, request.email, request.account)
  if (role !== undefined) await ensureBinding(change, { kind: 'user', id: user.id }, { role, racks: rack ?? '*' })
  return storeSession(change, mint, { user, device, rack: rack ?? null, authenticatedAt: now, requestedExpiry, now })
}

export interface NewSession {
  readonly user: { readonly id: string; readonly email: string }
  readonly device: string
  /** The only rack that the session is valid for. */
  readonly rack: string | null
  /** When the user logged in, in milliseconds since the epoch. Limits renewals. */
  readonly authenticatedAt: number
  /** Milliseconds since the epoch. */
  readonly requestedExpiry: number
  /** Milliseconds since the epoch. */
  readonly now: number
  /** Default: true. */
  readonly renewable?: boolean
  /** Default: null. */
  readonly purpose?: LoginPurpose | null
}

export async function storeSession(
  change: Change,
  mint: TokenMint,
  { user, device, rack, authenticatedAt, requestedExpiry, now, renewable = true, purpose = null }: NewSession,
): Promise<IssuedCredential> {
  const { token, hash, expiresAt } = mint.issue('session', requestedExpiry)
  const id = randomUUID()
  const end = new Date(expiresAt)
  const at = new Date(authenticatedAt)
  const row = { id, userId: user.id, device, rack, authenticatedAt: at, expiresAt: end, renewable, purpose }
  await change.tx.insert(sessions).values(row)
  await change.tx.insert(credentials).values({ hash, sessionId: id, issuedAt: new Date(now), expiresAt: end })
  const detail = { session: id, user: user.id, email: user.email, device, expires: end.toISOString() }
  change.events.push({ kind: 'session.issued', principal: change.by, ...(rack !== null && { rack }), detail })
  return { id, token, expiresAt }
}

/** Has no effect on an ended session. @throws NotFound */
export async function closeSession(change: Change, id: string, reason: string, at: Date): Promise<void> {
  const session = await lockItem(change, sessions, 'session', id)
  if (session.endedAt) return
  await change.tx.update(sessions).set({ endedAt: at, endedReason: reason }).where(eq(sessions.id, id))
  change.events.push({
    kind: 'session.ended',
    principal: change.by,
    detail: { session: id, user: session.userId, reason },
  })
}

export interface SessionsOfUser {
  /** The ID of the user. */
  readonly user: string
  /** The ID of a session that stays. */
  readonly except?: string
}

export interface EndedSession {
  readonly id: string
  readonly device: string
}

export async function closeSessionsOf(
  { tx, by, events }: Change,
  { user, except }: SessionsOfUser,
  reason: string,
  at: Date,
): Promise<readonly EndedSession[]> {
  const live = and(eq(sessions.userId, user), isNull(sessions.endedAt), gt(sessions.expiresAt, at))
  const ended = await tx
    .update(sessions)
    .set({ endedAt: at, endedReason: reason })
    .where(and(live, except === undefined ? undefined : ne(sessions.id, except)))
    .returning({ id: sessions.id, device: sessions.device })
  for (const { id } of ended)
    events.push({ kind: 'session.ended', principal: by, detail: { session: id, user, reason } })
  return ended
}

/** The newest thousand sessions: of all users, or only of users with the email address. */
export function selectSessions(db: Database['db'], email?: string) {
  return db
    .select({
      id: sessions.id,
      email: users.email,
      device: sessions.device,
      rack: sessions.rack,
      createdAt: sessions.createdAt,
      expiresAt: sessions.expiresAt,
      endedAt: sessions.endedAt,
    })
    .from(sessions)
    .innerJoin(users, eq(users.id, sessions.userId))
    .where(email === undefined ? undefined : eq(users.email, email))
    .orderBy(desc(sessions.createdAt), desc(sessions.id))
    .limit(1_000)
}
