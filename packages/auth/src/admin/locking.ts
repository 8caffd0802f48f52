import { apiTokens, bindings, serviceAccounts, users } from '@rack-gateway/database'
import { and, eq, gt, inArray, isNull, or, type SQL, sql } from 'drizzle-orm'
import { LastAdmin } from '../errors/errors.ts'
import type { LoginSettings } from '../provider/settings.ts'
import type { Change, Transaction } from '../transactions/change.ts'
import { lockItem } from '../transactions/lock-item.ts'

/**
 * Roles with every permission and no condition. At least one user must always hold one of them, because you can grant
 * only roles that you hold.
 */
export interface AdminRoles {
  readonly adminRoles: readonly string[]
  /**
   * Only users of this issuer and of these email domains can log in; null if nobody can, because no login is configured.
   * Other users, such as those of the server's command, have only the sessions that were created for them.
   */
  readonly login: Pick<LoginSettings, 'issuer' | 'allowedDomains'> | null
}

/**
 * Changes of identities run one at a time, so two concurrent removals cannot both pass.
 *
 * @throws LastAdmin if no administrator would remain who can log in, unless there was none before; then, if no
 * administrator would remain
 */
export async function assertAdminRemains<T>(
  { tx }: Pick<Change, 'tx'>,
  { adminRoles, login }: AdminRoles,
  work: () => Promise<T>,
): Promise<T> {
  const canLogIn = login === null ? undefined : admittedBy(login)
  const mustLogIn = canLogIn !== undefined && (await hasAdmin(tx, adminRoles, canLogIn))
  const hadAdmin = mustLogIn || (await hasAdmin(tx, adminRoles, undefined))
  const result = await work()
  if (hadAdmin && !(await hasAdmin(tx, adminRoles, mustLogIn ? canLogIn : undefined))) throw new LastAdmin()
  return result
}

function admittedBy({ issuer, allowedDomains }: Pick<LoginSettings, 'issuer' | 'allowedDomains'>): SQL | undefined {
  const domain = sql`split_part(${users.email}, '@', 2)`
  return and(eq(users.issuer, issuer), allowedDomains.length > 0 ? inArray(domain, [...allowedDomains]) : undefined)
}

async function hasAdmin(tx: Transaction, adminRoles: readonly string[], canLogIn: SQL | undefined): Promise<boolean> {
  if (adminRoles.length === 0) return false
  const everywhere = and(eq(bindings.racks, '*'), eq(bindings.apps, '*'), isNull(bindings.expiresAt))
  const own = and(eq(bindings.subjectKind, 'user'), eq(bindings.subjectId, sql`${users.id}::text`))
  const ofGroup = and(eq(bindings.subjectKind, 'group'), sql`${bindings.subjectId} = any(${users.groups})`)
  const [remaining] = await tx
    .select({ id: bindings.id })
    .from(bindings)
    .innerJoin(users, or(own, ofGroup))
    .where(and(inArray(bindings.role, [...adminRoles]), everywhere, isNull(users.lockedAt), canLogIn))
    .limit(1)
  return remaining !== undefined
}

export interface StoppedToken {
  readonly id: string
  readonly name: string
  readonly expiresAt: Date
}

/**
 * While a user is locked, the user's sessions and API tokens do not work.
 *
 * @returns the API tokens that stop working
 * @throws NotFound, LastAdmin
 */
export async function lockUser(
  change: Change,
  id: string,
  { reason, at, ...administrators }: AdminRoles & { readonly reason: string; readonly at: Date },
): Promise<readonly StoppedToken[]> {
  const user = await lockItem(change, users, 'user', id)
  if (!user.lockedAt) {
    await assertAdminRemains(change, administrators, async function lock() {
      await change.tx.update(users).set({ lockedAt: at, lockedReason: reason }).where(eq(users.id, id))
    })
    change.events.push({ kind: 'user.locked', principal: change.by, detail: { user: id, email: user.email, reason } })
  }
  return change.tx
    .select({ id: apiTokens.id, name: apiTokens.name, expiresAt: apiTokens.expiresAt })
    .from(apiTokens)
    .where(and(eq(apiTokens.userId, id), isNull(apiTokens.revokedAt), gt(apiTokens.expiresAt, at)))
    .orderBy(apiTokens.createdAt, apiTokens.id)
}

/** @throws NotFound */
export async function unlockUser(change: Change, id: string): Promise<void> {
  const user = await lockItem(change, users, 'user', id)
  if (!user.lockedAt) return
  await change.tx.update(users).set({ lockedAt: null, lockedReason: null }).where(eq(users.id, id))
  change.events.push({ kind: 'user.unlocked', principal: change.by, detail: { user: id, email: user.email } })
}

/** `null` enables the service account. The tokens of a disabled service account do not work. @throws NotFound */
export async function setServiceAccountDisabled(change: Change, id: string, disabledAt: Date | null): Promise<void> {
  const account = await lockItem(change, serviceAccounts, 'service account', id)
  if ((account.disabledAt === null) === (disabledAt === null)) return
  await change.tx.update(serviceAccounts).set({ disabledAt }).where(eq(serviceAccounts.id, id))
  const kind = disabledAt === null ? 'service-account.enabled' : 'service-account.disabled'
  change.events.push({ kind, principal: change.by, detail: { serviceAccount: id, name: account.name } })
}
