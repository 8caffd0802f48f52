import { setTimeout as pause } from 'node:timers/promises'
import { type Database, users } from '@rack-gateway/database'
import { eq } from 'drizzle-orm'
import type { JWTPayload } from 'jose'
import { type ChangeDatabase, changeIdentities } from '../admin/change.ts'
import type { Clock } from '../clock.ts'
import { notVouchedFor, providerUnreachable, providerUnusable, SessionOver } from '../errors.ts'
import type { Author, RecordIdentityEvents } from '../events.ts'
import { closeSessionsOf } from '../sessions/sessions.ts'
import { LoginDenied, lockedAccount, noEmail, otherDomain, unreachableProvider, unverifiedEmail } from './denial.ts'
import { type Person, personOf } from './person.ts'
import type { Claim, ProviderGrants } from './provider-grants.ts'
import type { ProviderSource } from './provider-source.ts'
import type { LoginSettings } from './settings.ts'
import { upsertUser } from './sign-in.ts'

export interface RecheckOptions {
  readonly settings: LoginSettings
  readonly provider: ProviderSource
  readonly grants: ProviderGrants
  readonly database: Pick<Database, 'db'> & ChangeDatabase
  readonly clock: Clock
  readonly record: RecordIdentityEvents
}

/**
 * Checks with the identity provider that a user is still active. Does nothing if the provider issued no refresh token,
 * or has just confirmed the user.
 *
 * @throws NotVouchedFor if the user is not active, after all sessions of the user were ended; SessionOver if the user
 * was locked in the meantime; ProviderUnreachable, ProviderUnusable
 */
export type Recheck = (user: string) => Promise<void>

const by: Author = { kind: 'system', id: 'identity-provider', name: 'identity provider' }

/** Denials of a login that also end existing sessions. */
const endingDenials: readonly unknown[] = [otherDomain, unverifiedEmail, noEmail]

/** Milliseconds. */
const maxWait = 2_500
const retryInterval = 50

/** A login has replaced the claimed refresh token. */
class ClaimSuperseded extends Error {}

export function createRecheck({ settings, provider, grants, database, clock, record }: RecheckOptions): Recheck {
  const { db } = database

  return async function recheck(user) {
    const claim = await claimOf(user)
    if (claim === null || (await checkClaim(claim))) return
    const newer = await claimOf(user)
    if (newer !== null && !(await checkClaim(newer))) throw providerUnreachable()
  }

  /** Waits while another call checks the same user, because a refresh token may be valid only once. */
  async function claimOf(user: string): Promise<Claim | null> {
    for (let waited = 0; waited <= maxWait; waited += retryInterval) {
      const claim = await grants.claim(user, settings.issuer, clock.now())
      if (claim === 'settled') return null
      if (claim !== 'busy') return claim
      await pause(retryInterval)
    }
    throw providerUnreachable()
  }

  /** @returns false if a login has replaced the claimed refresh token */
  async function checkClaim(claimed: Claim): Promise<boolean> {
    let claim = claimed
    try {
      const answer = await (await provider()).refresh(claim.refreshToken)
      if (answer.kind === 'revoked') await endAll(claim, 'provider-revoked', 'no longer confirms your account')
      else {
        if (answer.refreshToken !== null) claim = await grants.replace(claim, answer.refreshToken)
        await confirm(claim, await readPerson(claim, await answer.claims()))
      }
      return true
    } catch (error) {
      if (error instanceof ClaimSuperseded) return false
      if (error instanceof LoginDenied && endingDenials.includes(error.denial)) return endAsDenied(claim, error)
      await grants.release(claim)
      throw error instanceof LoginDenied ? explain(error) : error
    }
  }

  /** Null if the provider sends no email address. An ID token of a refresh may omit all claims about the user. */
  async function readPerson({ user }: Claim, claims: JWTPayload | null): Promise<Person | null> {
    if (claims === null) return null
    const [stored] = await db.select({ subject: users.subject }).from(users).where(eq(users.id, user))
    if (stored?.subject !== claims.sub) throw providerUnusable('it answered for another user')
    return claims.email === undefined ? null : personOf(claims, settings)
  }

  function confirm(claim: Claim, person: Person | null): Promise<void> {
    return changeIdentities({ database, by, record }, async (change) => {
      if (person !== null) await upsertUser(change, person)
      await grants.confirm(change.tx, claim, clock.now())
    })
  }

  async function endAsDenied(claim: Claim, { denial }: LoginDenied): Promise<boolean> {
    try {
      return await endAll(
        claim,
        denial.rule,
        `no longer confirms your account as this gateway requires (${denial.rule})`,
      )
    } catch (error) {
      if (error instanceof ClaimSuperseded) return false
      throw error
    }
  }

  /**
   * Ends all sessions of the user, because the refresh token belongs to the user, not to one device.
   *
   * @throws NotVouchedFor, ClaimSuperseded
   */
  async function endAll(claim: Claim, rule: string, why: string): Promise<never> {
    const at = new Date(clock.now())
    await changeIdentities({ database, by, record, isRevocation: true }, async (change) => {
      const reason = `the identity provider no longer confirms the account (${rule})`
      await closeSessionsOf(change, { user: claim.user }, reason, at)
      if (!(await grants.forget(change.tx, claim))) throw new ClaimSuperseded()
    })
    throw notVouchedFor(rule, why)
  }
}

/** Any failure but a locked user is between the gateway and the provider, so the session stays valid. */
function explain({ denial, detail }: LoginDenied): Error {
  if (denial === lockedAccount) return new SessionOver()
  return denial === unreachableProvider ? providerUnreachable() : providerUnusable(detail.why ?? denial.rule)
}
