import { randomUUID } from 'node:crypto'
import { type Database, trusts } from '@rack-gateway/database'
import type { TrustCondition } from '@rack-gateway/gateway-api'
import { eq, isNull } from 'drizzle-orm'
import { createBinding, type ScopeTerms } from '../accounts/bindings.ts'
import { TrustNameTaken, TrustRevoked } from '../errors/errors.ts'
import type { Change } from '../transactions/change.ts'
import { lockItem } from '../transactions/lock-item.ts'
import type { Trust } from './trust.ts'
import type { TrustTerms } from './trust-request.ts'

/** All active trusts. There are few of them. */
export async function loadTrusts(db: Database['db']): Promise<Trust[]> {
  const rows = await db.select().from(trusts).where(isNull(trusts.revokedAt)).orderBy(trusts.createdAt, trusts.id)
  return rows.map(({ id, name, issuer, audience, conditions, maxAge }) => {
    return { id, name, issuer, audience, conditions: conditions as TrustCondition[], maxAge }
  })
}

/** @returns the ID. @throws TrustNameTaken */
export async function insertTrust(change: Change, terms: TrustTerms, binding: ScopeTerms = {}): Promise<string> {
  const { name, issuer, audience, conditions, maxAge, role, scopes } = terms
  const id = randomUUID()
  const row = { id, name, issuer, audience, conditions, maxAge, createdBy: change.by.id }
  const inserted = await change.tx.insert(trusts).values(row).onConflictDoNothing().returning({ id: trusts.id })
  if (inserted.length === 0) throw new TrustNameTaken(name)
  for (const scope of scopes) await createBinding(change, { kind: 'trust', id }, { role, ...scope, ...binding })
  const detail = { trust: id, name, issuer, audience, conditions: JSON.stringify(conditions), maxAge: `${maxAge}` }
  change.events.push({ kind: 'trust.created', principal: change.by, detail })
  return id
}

/** Revokes a trust, so that the gateway denies its sessions. Has no effect on a revoked trust. @throws NotFound */
export async function closeTrust(change: Change, id: string, at: Date): Promise<void> {
  const trust = await lockItem(change, trusts, 'trust', id)
  if (trust.revokedAt) return
  await change.tx.update(trusts).set({ revokedAt: at, revokedBy: change.by.id }).where(eq(trusts.id, id))
  change.events.push({ kind: 'trust.revoked', principal: change.by, detail: { trust: id, name: trust.name } })
}

/** Locks the row of an active trust until the change is committed. @throws NotFound, TrustRevoked */
export async function lockLiveTrust(change: Change, id: string): Promise<void> {
  const { revokedAt } = await lockItem(change, trusts, 'trust', id)
  if (revokedAt) throw new TrustRevoked()
}
