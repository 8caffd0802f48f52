import { randomUUID } from 'node:crypto'
import { credentials, firstAdministrators, lastUses, sessions, usedLogins, users } from '@rack-gateway/database'
import { and, eq } from 'drizzle-orm'
import { ensureBinding } from '../accounts/bindings.ts'
import { type CanInvite, redeemInvitation } from '../admin/invitations.ts'
import { LoginDenied, lockedAccount } from '../errors/login-denial.ts'
import { attemptLife, stateHash } from '../provider/attempts.ts'
import type { ProviderUser } from '../provider/provider-user.ts'
import type { LoginSettings } from '../provider/settings.ts'
import { deleteEnded } from '../sessions/delete-ended.ts'
import type { IssuedCredential } from '../sessions/sessions.ts'
import type { TokenMint } from '../tokens/token.ts'
import type { Change } from '../transactions/change.ts'
import type { Author } from '../transactions/events.ts'
import { groupChangeDetail, groupDetail } from './group-change-event.ts'

export interface SignInContext {
  readonly now: number
  /** The name of the browser in the list of sessions. */
  readonly device: string
  readonly request: string
  readonly source: { readonly address: string; readonly client?: string }
}

export interface SignedIn extends IssuedCredential {
  readonly user: string
}

export interface SignInSettings extends LoginSettings {
  readonly canInvite: CanInvite
}

const expiringRows = { table: usedLogins, key: usedLogins.state, end: usedLogins.expiresAt }

/** @returns false if the attempt was already used, on any replica */
export async function takeAttempt({ tx }: Pick<Change, 'tx'>, state: string, now: number): Promise<boolean> {
  const expiresAt = new Date(now + attemptLife)
  const taken = await tx
    .insert(usedLogins)
    .values({ state: stateHash(state), expiresAt })
    .onConflictDoNothing()
    .returning({ state: usedLogins.state })
  await deleteEnded(tx, expiringRows, new Date(now))
  return taken.length === 1
}

/** @throws LoginDenied for a locked user, without any change */
export async function signIn(
  change: Change,
  mint: TokenMint,
  providerUser: ProviderUser,
  settings: SignInSettings,
  context: SignInContext,
): Promise<SignedIn> {
  const user = await upsertUser(change, providerUser)
  const by: Author = { kind: 'user', id: user.id, name: providerUser.email }
  await grantFirstRoles(change, user, providerUser, settings)
  const session = await openSession({ ...change, by }, mint, user.id, { ...context, life: settings.sessionLife })
  const { now, source, request } = context
  const detail = { user: user.id, email: providerUser.email, issuer: providerUser.issuer, session: session.id }
  change.events.push({ kind: 'login.succeeded', principal: by, source, request, detail })
  if (user.isNew) {
    const { canInvite } = settings
    await redeemInvitation(change, { providerUser, user: user.id, canInvite, now, context: { request, source } })
  }
  return { ...session, user: user.id }
}

interface FoundUser {
  readonly id: string
  readonly isNew: boolean
}

/** Finds or adds the user, and updates the user's email address and groups. @throws LoginDenied for a locked user */
export async function upsertUser(change: Change, { issuer, subject, email, groups }: ProviderUser): Promise<FoundUser> {
  const { tx, events, by } = change
  const row = { id: randomUUID(), issuer, subject, email, groups: [...groups] }
  const [added] = await tx.insert(users).values(row).onConflictDoNothing().returning({ id: users.id })
  if (added) {
    const detail = { user: added.id, issuer, subject, email, ...groupDetail(groups) }
    events.push({ kind: 'user.created', principal: by, detail })
    return { id: added.id, isNew: true }
  }
  const same = and(eq(users.issuer, issuer), eq(users.subject, subject))
  const [stored] = await tx.select().from(users).where(same).for('update')
  if (!stored) throw new Error('the user exists but was not found')
  if (stored.lockedAt) throw new LoginDenied(lockedAccount, { user: stored.id, subject, email })
  const changes = {
    ...(stored.email !== email && { email, emailBefore: stored.email }),
    ...(stored.groups.join('\n') !== groups.join('\n') && groupChangeDetail(stored.groups, groups)),
  }
  if (Object.keys(changes).length > 0) {
    await tx
      .update(users)
      .set({ email, groups: [...groups] })
      .where(eq(users.id, stored.id))
    events.push({ kind: 'user.changed', principal: by, detail: { user: stored.id, ...changes } })
  }
  return { id: stored.id, isNew: false }
}

/**
 * Grants `admin` to a user whom ADMIN_USERS names. Otherwise grants DEFAULT_ROLE to a new user. An entry of ADMIN_USERS
 * applies only to the first user with that address, because the address may later belong to another person.
 */
async function grantFirstRoles(
  change: Change,
  user: FoundUser,
  { issuer, email }: ProviderUser,
  { adminUsers, defaultRole }: LoginSettings,
): Promise<void> {
  const subject = { kind: 'user', id: user.id } as const
  if (adminUsers.includes(email)) {
    const claimed = await change.tx
      .insert(firstAdministrators)
      .values({ issuer, email, userId: user.id })
      .onConflictDoNothing()
      .returning()
    if (claimed.length === 1) {
      await ensureBinding(change, subject, { role: 'admin', reason: 'named in ADMIN_USERS' })
      return
    }
  }
  if (user.isNew && defaultRole !== null)
    await ensureBinding(change, subject, { role: defaultRole, reason: 'given by DEFAULT_ROLE' })
}

async function openSession(
  { tx, events, by }: Change,
  mint: TokenMint,
  userId: string,
  { now, device, source, life }: SignInContext & { readonly life: number },
): Promise<IssuedCredential> {
  const { token, hash, expiresAt } = mint.issue('browser', now + life)
  const id = randomUUID()
  const end = new Date(expiresAt)
  await tx.insert(sessions).values({ id, userId, device, authenticatedAt: new Date(now), expiresAt: end })
  await tx.insert(credentials).values({ hash, sessionId: id, expiresAt: end })
  await tx.insert(lastUses).values({ credential: id, usedAt: new Date(now), address: source.address })
  const detail = { session: id, user: userId, device, expires: end.toISOString() }
  events.push({ kind: 'session.issued', principal: by, detail })
  return { id, token, expiresAt }
}
