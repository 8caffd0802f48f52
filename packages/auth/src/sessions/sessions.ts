import { randomUUID } from 'node:crypto'
import { credentials, type Database, sessions, users } from '@rack-gateway/database'
import { desc, eq } from 'drizzle-orm'
import { ensureUser } from '../admin/accounts.ts'
import { ensureBinding } from '../admin/bindings.ts'
import type { Change } from '../admin/change.ts'
import { checkId, checkName } from '../admin/names.ts'
import { NotFound } from '../errors.ts'
import type { TokenMint } from '../tokens/token.ts'

export interface SessionRequest {
  readonly email: string
  /** Given to the user (not to the session alone), on `rack` or on every one, unless they hold it there already. */
  readonly role?: string
  /** The only rack that the session may be used for. */
  readonly rack?: string
  /** What the person calls the device, for the list of sessions. */
  readonly device: string
  /** Milliseconds since the epoch. */
  readonly expiresAt: number
}

export interface IssuedCredential {
  /** The session's or API token's id, not a secret. */
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
  const { role, rack, expiresAt: wanted } = request
  const device = checkName('name of a device', request.device)
  const user = await ensureUser(change, request.email)
  if (role !== undefined) await ensureBinding(change, { kind: 'user', id: user.id }, { role, racks: rack ?? '*' })
  return storeSession(change, mint, { user, device, rack: rack ?? null, authenticatedAt: now, wanted, now })
}

export interface NewSession {
  readonly user: { readonly id: string; readonly email: string }
  readonly device: string
  /** The only rack that the session may be used for. */
  readonly rack: string | null
  /** When the person had logged in: renewals go on for a limited time after that. Milliseconds since the epoch, as the next two. */
  readonly authenticatedAt: number
  /** When it should end. */
  readonly wanted: number
  readonly now: number
}

/** Gives a user whom it has found already a session for programs. */
export async function storeSession(
  change: Change,
  mint: TokenMint,
  { user, device, rack, authenticatedAt, wanted, now }: NewSession,
): Promise<IssuedCredential> {
  const { token, hash, expiresAt } = mint.issue('session', wanted)
  const id = randomUUID()
  const end = new Date(expiresAt)
  const row = { id, userId: user.id, device, rack, authenticatedAt: new Date(authenticatedAt), expiresAt: end }
  await change.tx.insert(sessions).values(row)
  await change.tx.insert(credentials).values({ hash, sessionId: id, issuedAt: new Date(now), expiresAt: end })
  const detail = { session: id, user: user.id, email: user.email, device, expires: end.toISOString() }
  change.events.push({ kind: 'session.issued', principal: change.by, ...(rack !== null && { rack }), detail })
  return { id, token, expiresAt }
}

/** Ends a session for good; ending it again changes nothing. @throws NotFound */
export async function closeSession(change: Change, id: string, reason: string, at: Date): Promise<void> {
  const [session] = await change.tx
    .select()
    .from(sessions)
    .where(eq(sessions.id, checkId('such session', id)))
    .for('update')
  if (!session) throw new NotFound('such session')
  if (session.endedAt) return
  await change.tx.update(sessions).set({ endedAt: at, endedReason: reason }).where(eq(sessions.id, id))
  change.events.push({
    kind: 'session.ended',
    principal: change.by,
    detail: { session: id, user: session.userId, reason },
  })
}

/** Newest first. */
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
