import { randomInt } from 'node:crypto'
import { type Database, providerGrants, users } from '@rack-gateway/database'
import { and, eq, isNotNull, isNull, lte, not, or, sql } from 'drizzle-orm'
import type { Transaction } from '../admin/change.ts'
import type { Keys } from '../tokens/login-keys.ts'
import { createSeal } from '../tokens/seal.ts'
import type { Person } from './person.ts'

/** A refresh token that this replica alone may use, for a while. */
export interface Claim {
  readonly user: string
  readonly version: number
  readonly refreshToken: string
}

type Queries = Pick<Transaction, 'insert' | 'update' | 'delete' | 'select'>

export type ProviderGrants = ReturnType<typeof createProviderGrants>

/** Milliseconds that the provider's word counts, so that nobody makes the gateway ask over and over. */
const fresh = 60_000
/** Milliseconds: longer than a provider that answers slowly takes, with its metadata and keys. */
const claimLife = 30_000
/** Of a new entry: not one that an earlier entry of the same user had. */
const firstVersion = () => randomInt(1, 2 ** 30)

/** The newest refresh token of each user, sealed. @param keys newest first */
export function createProviderGrants({ db }: Pick<Database, 'db'>, keys: Keys) {
  const { seal, open } = createSeal(keys)
  const ofUser = (user: string) => eq(providerGrants.userId, user)
  const ofVersion = (user: string, version: number) => and(ofUser(user), eq(providerGrants.version, version))
  const isFresh = (now: number) =>
    sql`${providerGrants.checkedAt} between ${moment(now - fresh)}::timestamptz and ${moment(now + fresh)}::timestamptz`

  return {
    /** A login replaces the previous grant. */
    async keep(tx: Queries, user: string, refreshToken: string, now: number): Promise<void> {
      const row = { sealed: seal(refreshToken, user), checkedAt: new Date(now) }
      await tx
        .insert(providerGrants)
        .values({ userId: user, version: firstVersion(), ...row })
        .onConflictDoUpdate({
          target: providerGrants.userId,
          set: { ...row, version: sql`${providerGrants.version} + 1`, claimedUntil: null },
        })
    },

    /** So that nobody is asked for consent at each login where the provider gives no refresh token all the same. */
    async noteNone(tx: Queries, user: string, now: number): Promise<void> {
      await tx
        .insert(providerGrants)
        .values({ userId: user, version: firstVersion(), checkedAt: new Date(now) })
        .onConflictDoNothing()
    },

    /** Whether there is one for a person, or none to be had. */
    async isSettled({ issuer, subject }: Person): Promise<boolean> {
      const [found] = await db
        .select({ user: providerGrants.userId, sealed: providerGrants.sealed })
        .from(providerGrants)
        .innerJoin(users, eq(users.id, providerGrants.userId))
        .where(and(eq(users.issuer, issuer), eq(users.subject, subject)))
      return found !== undefined && (found.sealed === null || open(found.sealed, found.user) !== null)
    },

    /**
     * Takes a user's refresh token, to ask the provider by it.
     *
     * @returns `settled` when there is none, or the provider has just vouched for the user; `busy` while another call asks
     */
    async claim(user: string, issuer: string, now: number): Promise<Claim | 'settled' | 'busy'> {
      const unclaimed = or(isNull(providerGrants.claimedUntil), lte(providerGrants.claimedUntil, new Date(now)))
      const due = and(ofUser(user), isNotNull(providerGrants.sealed), not(isFresh(now)))
      const known = sql`exists (select 1 from ${users} where ${users.id} = ${user} and ${users.issuer} = ${issuer})`
      const [taken] = await db
        .update(providerGrants)
        .set({ claimedUntil: new Date(now + claimLife) })
        .where(and(due, unclaimed, known))
        .returning({ version: providerGrants.version, sealed: providerGrants.sealed })
      if (taken) {
        const refreshToken = taken.sealed && open(taken.sealed, user)
        if (refreshToken !== null) return { user, version: taken.version, refreshToken }
        // Its key is gone: the next login gets another one.
        await db.delete(providerGrants).where(ofVersion(user, taken.version))
        return 'settled'
      }
      const [claimed] = await db.select({ user: providerGrants.userId }).from(providerGrants).where(and(due, known))
      return claimed ? 'busy' : 'settled'
    },

    /** Keeps the refresh token that came for a claimed one. Where a login was faster, its own stays. @returns the claim on it */
    async replace(claim: Claim, refreshToken: string): Promise<Claim> {
      const { user, version } = claim
      await db
        .update(providerGrants)
        .set({ sealed: seal(refreshToken, user), version: version + 1 })
        .where(ofVersion(user, version))
      return { user, version: version + 1, refreshToken }
    },

    /** The provider vouches for the user. */
    async confirm(tx: Queries, { user, version }: Claim, now: number): Promise<void> {
      await tx
        .update(providerGrants)
        .set({ checkedAt: new Date(now), claimedUntil: null })
        .where(ofVersion(user, version))
    },

    async release({ user, version }: Claim): Promise<void> {
      await db.update(providerGrants).set({ claimedUntil: null }).where(ofVersion(user, version))
    },

    /** @returns false when it is not the newest one any more */
    async forget(tx: Queries, { user, version }: Claim): Promise<boolean> {
      const gone = await tx
        .delete(providerGrants)
        .where(ofVersion(user, version))
        .returning({ user: providerGrants.userId })
      return gone.length === 1
    },
  }
}

function moment(at: number): string {
  return new Date(at).toISOString()
}
