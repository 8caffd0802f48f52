import { setTimeout as pause } from 'node:timers/promises'
import { type Database, sessions, users } from '@rack-gateway/database'
import { and, eq, gt, isNull } from 'drizzle-orm'
import type { JWTPayload } from 'jose'
import { type ChangeDatabase, changeIdentities } from '../admin/change.ts'
import type { Clock } from '../clock.ts'
import { notVouchedFor, providerUnreachable, providerUnusable, SessionOver } from '../errors.ts'
import type { Author, RecordIdentityEvents } from '../events.ts'
import { closeSession } from '../sessions/sessions.ts'
import { LoginDenied, lockedAccount, noEmail, otherDomain, unreachableProvider, unverifiedEmail } from './denial.ts'
import { type Person, personOf } from './person.ts'
import type { Claim, ProviderGrants } from './provider-grants.ts'
import type { ProviderSource } from './provider-source.ts'
import type { LoginSettings } from './settings.ts'
import { describeUser } from './sign-in.ts'

export interface RecheckOptions {
  readonly settings: LoginSettings
  readonly provider: ProviderSource
  readonly grants: ProviderGrants
  readonly database: Pick<Database, 'db'> & ChangeDatabase
  readonly clock: Clock
  readonly record: RecordIdentityEvents
}

/**
 * Asks the identity provider whether it still vouches for a user; nothing where it gave no means to ask.
 *
 * @throws NotVouchedFor when it doesn't: all sessions of the user have ended then; ProviderUnreachable, ProviderUnusable
 */
export type Recheck = (user: string) => Promise<void>

const by: Author = { kind: 'system', id: 'identity-provider', name: 'identity provider' }

/** What a login is refused for ends sessions, too. */
const ending: readonly unknown[] = [otherDomain, unverifiedEmail, noEmail]

/** Milliseconds. */
const longestWait = 2_500
const askAgainAfter = 50

/** A claim that was outrun by a login: its refresh token is not the newest one any more. */
class Outrun extends Error {}

export function createRecheck({ settings, provider, grants, database, clock, record }: RecheckOptions): Recheck {
  const { db } = database

  return async function recheck(user) {
    const claim = await claimOf(user)
    if (claim === null || (await isVouchedFor(claim))) return
    const newer = await claimOf(user)
    if (newer !== null && !(await isVouchedFor(newer))) throw providerUnreachable()
  }

  /** Two that ask at once would use one refresh token twice: the second one waits, and takes what the first one heard. */
  async function claimOf(user: string): Promise<Claim | null> {
    for (let waited = 0; waited <= longestWait; waited += askAgainAfter) {
      const claim = await grants.claim(user, settings.issuer, clock.now())
      if (claim === 'settled') return null
      if (claim !== 'busy') return claim
      await pause(askAgainAfter)
    }
    throw providerUnreachable()
  }

  /** @returns false when the claim was outrun */
  async function isVouchedFor(claimed: Claim): Promise<boolean> {
    let claim = claimed
    try {
      const answer = await (await provider()).refresh(claim.refreshToken)
      if (answer.kind === 'revoked') await endAll(claim, 'provider-revoked', 'vouches for you no longer')
      else {
        if (answer.refreshToken !== null) claim = await grants.replace(claim, answer.refreshToken)
        await confirm(claim, await describedBy(claim, await answer.claims()))
      }
      return true
    } catch (error) {
      if (error instanceof Outrun) return false
      if (error instanceof LoginDenied && ending.includes(error.denial)) return endAsRefused(claim, error)
      await grants.release(claim)
      throw error instanceof LoginDenied ? explain(error) : error
    }
  }

  /** Null where the provider says no more than that it still vouches for them: an id_token may leave out everything else. */
  async function describedBy({ user }: Claim, claims: JWTPayload | null): Promise<Person | null> {
    if (claims === null) return null
    const [known] = await db.select({ subject: users.subject }).from(users).where(eq(users.id, user))
    if (known?.subject !== claims.sub) throw providerUnusable('it answered for another user')
    return claims.email === undefined ? null : personOf(claims, settings)
  }

  function confirm(claim: Claim, person: Person | null): Promise<void> {
    return changeIdentities({ database, by, record }, async (change) => {
      if (person !== null) await describeUser(change, person)
      await grants.confirm(change.tx, claim, clock.now())
    })
  }

  async function endAsRefused(claim: Claim, { denial: refusal }: LoginDenied): Promise<boolean> {
    try {
      return await endAll(claim, refusal.rule, `vouches for you no longer as this gateway wants it (${refusal.rule})`)
    } catch (error) {
      if (error instanceof Outrun) return false
      throw error
    }
  }

  /** What the provider gave is about the user, not about one of their devices. @throws NotVouchedFor, Outrun */
  async function endAll(claim: Claim, rule: string, why: string): Promise<never> {
    const at = new Date(clock.now())
    await changeIdentities({ database, by, record, revokes: true }, async (change) => {
      const live = and(eq(sessions.userId, claim.user), isNull(sessions.endedAt), gt(sessions.expiresAt, at))
      for (const { id } of await change.tx.select({ id: sessions.id }).from(sessions).where(live))
        await closeSession(change, id, `the identity provider does not vouch for the user any more (${rule})`, at)
      if (!(await grants.forget(change.tx, claim))) throw new Outrun()
    })
    throw notVouchedFor(rule, why)
  }
}

/** The failure is between the gateway and the provider, so the session stays valid unless the user was locked in the meantime. */
function explain({ denial: refusal, detail }: LoginDenied): Error {
  if (refusal === lockedAccount) return new SessionOver()
  return refusal === unreachableProvider ? providerUnreachable() : providerUnusable(detail.why ?? refusal.rule)
}
