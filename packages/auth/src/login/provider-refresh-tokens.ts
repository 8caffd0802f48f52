import { randomInt } from 'node:crypto'
import { type Database, providerRefreshTokens, users } from '@rack-gateway/database'
import { and, eq, isNotNull, isNull, lte, not, or, sql } from 'drizzle-orm'
import type { ProviderUser } from '../provider/provider-user.ts'
import type { Keys } from '../tokens/login-keys.ts'
import { createSeal } from '../tokens/seal.ts'
import type { Transaction } from '../transactions/change.ts'

/** A refresh token that no other call may use until the reservation expires. */
export interface Reservation {
  readonly user: string
  readonly version: number
  readonly refreshToken: string
}

type Queries = Pick<Transaction, 'insert' | 'update' | 'delete' | 'select'>

export type ProviderRefreshTokens = ReturnType<typeof createProviderRefreshTokens>

/** Milliseconds for which a check by the provider stays valid, so that a caller cannot cause endless checks. */
const checkLife = 60_000
/** Milliseconds. Longer than the slowest check, including the requests for metadata and keys. */
const reservationLife = 30_000
/** Random, so that a new row never has the version of an earlier row of the same user. */
const firstVersion = () => randomInt(1, 2 ** 30)

/** The newest refresh token of each user, sealed. @param keys newest first */
export function createProviderRefreshTokens({ db }: Pick<Database, 'db'>, keys: Keys) {
  const { seal, open } = createSeal(keys)
  const ofUser = (user: string) => eq(providerRefreshTokens.userId, user)
  const ofVersion = (user: string, version: number) => and(ofUser(user), eq(providerRefreshTokens.version, version))
  const isFresh = (now: number) =>
    sql`${providerRefreshTokens.checkedAt} between ${moment(now - checkLife)}::timestamptz and ${moment(now + checkLife)}::timestamptz`

  return {
    /** A login replaces the previous token. */
    async store(tx: Queries, user: string, refreshToken: string, now: number): Promise<void> {
      const row = { sealed: seal(refreshToken, user), checkedAt: new Date(now) }
      await tx
        .insert(providerRefreshTokens)
        .values({ userId: user, version: firstVersion(), ...row })
        .onConflictDoUpdate({
          target: providerRefreshTokens.userId,
          set: { ...row, version: sql`${providerRefreshTokens.version} + 1`, claimedUntil: null },
        })
    },

    /** Stores that the provider issues no refresh token even with consent, so that no login asks for consent again. */
    async markWithoutToken(tx: Queries, user: string, now: number): Promise<void> {
      await tx
        .insert(providerRefreshTokens)
        .values({ userId: user, version: firstVersion(), checkedAt: new Date(now) })
        .onConflictDoNothing()
    },

    /** @returns false if the person has a refresh token, or if the provider issues none even with consent */
    async needsConsent({ issuer, subject }: ProviderUser): Promise<boolean> {
      const [found] = await db
        .select({ user: providerRefreshTokens.userId, sealed: providerRefreshTokens.sealed })
        .from(providerRefreshTokens)
        .innerJoin(users, eq(users.id, providerRefreshTokens.userId))
        .where(and(eq(users.issuer, issuer), eq(users.subject, subject)))
      return found === undefined || (found.sealed !== null && open(found.sealed, found.user) === null)
    },

    /** @returns `settled` if a check is not needed or not possible; `busy` while another call checks the user */
    async reserve(user: string, issuer: string, now: number): Promise<Reservation | 'settled' | 'busy'> {
      const isUnreserved = or(
        isNull(providerRefreshTokens.claimedUntil),
        lte(providerRefreshTokens.claimedUntil, new Date(now)),
      )
      const isDue = and(ofUser(user), isNotNull(providerRefreshTokens.sealed), not(isFresh(now)))
      const isOfIssuer = sql`exists (select 1 from ${users} where ${users.id} = ${user} and ${users.issuer} = ${issuer})`
      const [reserved] = await db
        .update(providerRefreshTokens)
        .set({ claimedUntil: new Date(now + reservationLife) })
        .where(and(isDue, isUnreserved, isOfIssuer))
        .returning({ version: providerRefreshTokens.version, sealed: providerRefreshTokens.sealed })
      if (reserved) {
        const refreshToken = reserved.sealed && open(reserved.sealed, user)
        if (refreshToken !== null) return { user, version: reserved.version, refreshToken }
        // The key that sealed the refresh token was removed from APP_SECRET_KEY. The next login stores a new token.
        await db.delete(providerRefreshTokens).where(ofVersion(user, reserved.version))
        return 'settled'
      }
      const [reservedByOther] = await db
        .select({ user: providerRefreshTokens.userId })
        .from(providerRefreshTokens)
        .where(and(isDue, isOfIssuer))
      return reservedByOther ? 'busy' : 'settled'
    },

    /**
     * Stores the refresh token that replaces the reserved one, unless a login has stored a newer one. @returns the
     * new reservation
     */
    async replace(reservation: Reservation, refreshToken: string): Promise<Reservation> {
      const { user, version } = reservation
      await db
        .update(providerRefreshTokens)
        .set({ sealed: seal(refreshToken, user), version: version + 1 })
        .where(ofVersion(user, version))
      return { user, version: version + 1, refreshToken }
    },

    /** Stores that the provider has confirmed the user. */
    async confirm(tx: Queries, { user, version }: Reservation, now: number): Promise<void> {
      await tx
        .update(providerRefreshTokens)
        .set({ checkedAt: new Date(now), claimedUntil: null })
        .where(ofVersion(user, version))
    },

    async release({ user, version }: Reservation): Promise<void> {
      await db.update(providerRefreshTokens).set({ claimedUntil: null }).where(ofVersion(user, version))
    },

    /** Deletes the reserved refresh token. @returns false if a newer one exists */
    async forget(tx: Queries, { user, version }: Reservation): Promise<boolean> {
      const deleted = await tx
        .delete(providerRefreshTokens)
        .where(ofVersion(user, version))
        .returning({ user: providerRefreshTokens.userId })
      return deleted.length === 1
    },
  }
}

function moment(at: number): string {
  return new Date(at).toISOString()
}
