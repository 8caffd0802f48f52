import { apiTokens, credentials, serviceAccounts, users } from '@rack-gateway/database'
import { and, eq, gt } from 'drizzle-orm'
import { noSuchItem, TokenChanged, TokenEnded } from '../errors/errors.ts'
import type { IssuedCredential } from '../sessions/sessions.ts'
import type { TokenMint } from '../tokens/token.ts'
import type { Change } from '../transactions/change.ts'
import { lockItem } from '../transactions/lock-item.ts'
import { checkId } from '../transactions/names.ts'
import { type OwnerRef, ownerColumns, prefixOf } from './api-tokens.ts'

export interface Rotation {
  /**
   * The owner at the permission check. After an owner change, the rotation fails, so that the previous owner gets no
   * secret.
   */
  readonly owner: OwnerRef
  /** The expiry of the new secret, in milliseconds since the epoch. */
  readonly expiresAt: number
  /** Milliseconds since the epoch. The old secret expires at this time, unless it expires earlier anyway. */
  readonly overlapUntil: number
  /** Milliseconds since the epoch. */
  readonly now: number
}

/** @throws NotFound if the token does not exist or its owner changed; TokenEnded */
export async function rotateApiToken(
  change: Change,
  mint: TokenMint,
  id: string,
  { owner, expiresAt: requestedExpiry, overlapUntil, now }: Rotation,
): Promise<IssuedCredential> {
  const { name, userId, serviceAccountId } = await lockLiveToken(change, id, now)
  if (owner.id !== (userId ?? serviceAccountId)) throw noSuchItem('API token')
  const { token, hash, expiresAt } = mint.issue('api-token', requestedExpiry)
  const [end, overlap] = [new Date(expiresAt), new Date(overlapUntil)]
  const expiresLater = and(eq(credentials.apiTokenId, id), gt(credentials.expiresAt, overlap))
  await change.tx.update(credentials).set({ expiresAt: overlap }).where(expiresLater)
  await change.tx.insert(credentials).values({ hash, apiTokenId: id, expiresAt: end })
  await change.tx
    .update(apiTokens)
    .set({ expiresAt: end, prefix: prefixOf(token) })
    .where(eq(apiTokens.id, id))
  const detail = { token: id, name, expires: end.toISOString(), overlapUntil: overlap.toISOString() }
  change.events.push({ kind: 'token.rotated', principal: change.by, detail })
  return { id, token, expiresAt }
}

export interface OwnerChange {
  readonly newOwner: OwnerRef
  /** The owner at the permission check. */
  readonly previousOwner: OwnerRef
  /** The expiry of the token at the permission check, in milliseconds since the epoch. */
  readonly expiresAt: number
  /** Milliseconds since the epoch. */
  readonly now: number
}

/** A warning for an owner change, which does not change the secret. */
export const rotationNote =
  'The previous owner still knows the secret of this token, so the new owner should rotate it.'

/** @throws NotFound; TokenEnded; TokenChanged if the token changed after the permission check */
export async function changeApiTokenOwner(
  change: Change,
  id: string,
  { newOwner, previousOwner, expiresAt, now }: OwnerChange,
): Promise<void> {
  const token = await lockLiveToken(change, id, now)
  const { name, userId, serviceAccountId } = token
  if (previousOwner.id !== (userId ?? serviceAccountId) || expiresAt !== token.expiresAt.getTime())
    throw new TokenChanged()
  await assertOwnerExists(change, newOwner)
  await change.tx.update(apiTokens).set(ownerColumns(newOwner)).where(eq(apiTokens.id, id))
  const detail = { token: id, name, from: ownerText(previousOwner), owner: ownerText(newOwner), note: rotationNote }
  change.events.push({ kind: 'token.owner-changed', principal: change.by, detail })
}

function ownerText({ kind, id }: OwnerRef): string {
  return `${kind}:${id}`
}

/** @throws NotFound */
export async function assertOwnerExists({ tx }: Change, { kind, id }: OwnerRef): Promise<void> {
  const [table, noun] = kind === 'user' ? [users, 'user'] : [serviceAccounts, 'service account']
  const found = await tx
    .select({ id: table.id })
    .from(table)
    .where(eq(table.id, checkId(noun, id)))
  if (found.length === 0) throw noSuchItem(noun)
}

/** Locks the row of a valid token until the change is committed. @throws NotFound, TokenEnded */
export async function lockLiveToken(change: Change, id: string, now: number) {
  const token = await lockItem(change, apiTokens, 'API token', id)
  if (token.revokedAt || token.expiresAt.getTime() <= now) throw new TokenEnded()
  return token
}
