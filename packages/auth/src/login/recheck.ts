import { setTimeout as pause } from 'node:timers/promises'
import { type Database, users } from '@rack-gateway/database'
import type { Clock } from '@rack-gateway/time'
import { eq } from 'drizzle-orm'
import type { JWTPayload } from 'jose'
import { notVouchedFor, providerUnreachable, providerUnusable, SessionOver } from '../errors/errors.ts'
import {
  LoginDenied,
  lockedAccount,
  noEmail,
  otherDomain,
  unreachableProvider,
  unverifiedEmail,
} from '../errors/login-denial.ts'
import type { ProviderSource } from '../provider/provider-source.ts'
import { type ProviderUser, providerUserOf } from '../provider/provider-user.ts'
import type { LoginSettings } from '../provider/settings.ts'
import { closeSessionsOf } from '../sessions/sessions.ts'
import { type ChangeDatabase, changeIdentities } from '../transactions/change.ts'
import type { Author, RecordIdentityEvents } from '../transactions/events.ts'
import type { ProviderRefreshTokens, Reservation } from './provider-refresh-tokens.ts'
import { upsertUser } from './sign-in.ts'

export interface RecheckOptions {
  readonly settings: LoginSettings
  readonly provider: ProviderSource
  readonly refreshTokens: ProviderRefreshTokens
  readonly database: Pick<Database, 'db'> & ChangeDatabase
  readonly clock: Clock
  readonly record: RecordIdentityEvents
}

/**
 * Checks with the identity provider that a user is still active. Does nothing if the provider issued no refresh token,
 * or has just confirmed the user.
 *
 * @throws IdentityNotConfirmed if the user is not active, after all sessions of the user were ended; SessionOver if the user
 * was locked in the meantime; ProviderUnreachable, ProviderUnusable
 */
export type Recheck = (user: string) => Promise<void>

const by: Author = { kind: 'system', id: 'identity-provider', name: 'identity provider' }

/** Denials of a login that also end existing sessions. */
const endingDenials: readonly unknown[] = [otherDomain, unverifiedEmail, noEmail]

/** Milliseconds. */
const maxWait = 2_500
const retryInterval = 50

/** A login has stored a newer refresh token than the reserved one. */
class ReservationSuperseded extends Error {}

export function createRecheck({ settings, provider, refreshTokens, database, clock, record }: RecheckOptions): Recheck {
  const { db } = database

  return async function recheck(user) {
    const reservation = await reserveToken(user)
    if (reservation === null || (await checkWithProvider(reservation))) return
    const newer = await reserveToken(user)
    if (newer !== null && !(await checkWithProvider(newer))) throw providerUnreachable()
  }

  /** Waits while another call checks the same user, because a refresh token may be valid only once. */
  async function reserveToken(user: string): Promise<Reservation | null> {
    for (let waited = 0; waited <= maxWait; waited += retryInterval) {
      const reservation = await refreshTokens.reserve(user, settings.issuer, clock.now())
      if (reservation === 'settled') return null
      if (reservation !== 'busy') return reservation
      await pause(retryInterval)
    }
    throw providerUnreachable()
  }

  /** @returns false if a login has stored a newer refresh token than the reserved one */
  async function checkWithProvider(reserved: Reservation): Promise<boolean> {
    let reservation = reserved
    try {
      const response = await (await provider()).refresh(reservation.refreshToken)
      if (response.kind === 'revoked') await endAll(reservation, 'provider-revoked', 'no longer confirms your account')
      else {
        if (response.refreshToken !== null)
          reservation = await refreshTokens.replace(reservation, response.refreshToken)
        await confirm(reservation, await readProviderUser(reservation, await response.claims()))
      }
      return true
    } catch (error) {
      if (error instanceof ReservationSuperseded) return false
      if (error instanceof LoginDenied && endingDenials.includes(error.denial)) return endAsDenied(reservation, error)
      await refreshTokens.release(reservation)
      throw error instanceof LoginDenied ? explain(error) : error
    }
  }

  /** Null if the provider sends no email address. An ID token of a refresh may omit all claims about the user. */
  async function readProviderUser({ user }: Reservation, claims: JWTPayload | null): Promise<ProviderUser | null> {
    if (claims === null) return null
    const [stored] = await db.select({ subject: users.subject }).from(users).where(eq(users.id, user))
    if (stored?.subject !== claims.sub) throw providerUnusable('it answered for another user')
    return claims.email === undefined ? null : providerUserOf(claims, settings)
  }

  function confirm(reservation: Reservation, providerUser: ProviderUser | null): Promise<void> {
    return changeIdentities({ database, by, record }, async (change) => {
      if (providerUser !== null) await upsertUser(change, providerUser)
      await refreshTokens.confirm(change.tx, reservation, clock.now())
    })
  }

  async function endAsDenied(reservation: Reservation, { denial }: LoginDenied): Promise<boolean> {
    try {
      return await endAll(
        reservation,
        denial.rule,
        `no longer confirms your account as this gateway requires (${denial.rule})`,
      )
    } catch (error) {
      if (error instanceof ReservationSuperseded) return false
      throw error
    }
  }

  /**
   * Ends all sessions of the user, because the refresh token belongs to the user, not to one device.
   *
   * @throws IdentityNotConfirmed, ReservationSuperseded
   */
  async function endAll(reservation: Reservation, rule: string, why: string): Promise<never> {
    const at = new Date(clock.now())
    await changeIdentities({ database, by, record, isRevocation: true }, async (change) => {
      const reason = `the identity provider no longer confirms the account (${rule})`
      await closeSessionsOf(change, { user: reservation.user }, reason, at)
      if (!(await refreshTokens.forget(change.tx, reservation))) throw new ReservationSuperseded()
    })
    throw notVouchedFor(rule, why)
  }
}

/**
 * The error for a denial that is not one of `endingDenials`. If an administrator has locked the user meanwhile, the
 * session is over. Otherwise, the check with the provider failed, so the session stays valid.
 */
function explain({ denial, detail }: LoginDenied): Error {
  if (denial === lockedAccount) return new SessionOver()
  return denial === unreachableProvider ? providerUnreachable() : providerUnusable(detail.why ?? denial.rule)
}
