import { randomBytes, randomUUID, timingSafeEqual } from 'node:crypto'
import { loopbackLogins, users } from '@rack-gateway/database'
import { eq } from 'drizzle-orm'
import { LoginDenied } from '../errors/login-denial.ts'
import { deleteEnded } from '../sessions/delete-ended.ts'
import { createValueSeal } from '../tokens/seal.ts'
import type { Change } from '../transactions/change.ts'
import { loginAuthor } from '../transactions/events.ts'
import {
  assertLoggedInSince,
  authorOf,
  type BrowserUser,
  denialEvent,
  detailOf,
  hashOf,
  isActive,
  type RequestContext,
} from './decision.ts'
import {
  decidedCliLogin,
  endedSinceApproval,
  expiredCliLogin,
  expiredCode,
  type LoginDenial,
  lockedSince,
  unknownCode,
  usedCode,
  wrongVerifier,
} from './denial.ts'
import type { CliLoginOptions } from './options.ts'
import { recordedChange } from './recorded-change.ts'
import { cliLoginLife, type LoopbackRequest, type PendingLogin } from './request.ts'
import { type NewCliSession, openCliSession } from './session.ts'

export interface LoopbackLogin extends PendingLogin, LoopbackRequest {}

export interface StartedLoopbackLogin {
  /** The sealed login. The URL that the user opens has no other parameter. */
  readonly handle: string
  /** Milliseconds since the epoch. */
  readonly expiresAt: number
}

/** Milliseconds. */
const codeLife = 60_000

/**
 * CLI logins that return to the process that began them. The gateway stores nothing until a user allows or denies the
 * login.
 */
export function createLoopbackLogins(options: CliLoginOptions) {
  const { keys, clock, database } = options
  const { seal, open } = createValueSeal<LoopbackLogin>(keys.loopbackLogins)

  return {
    begin(request: LoopbackRequest, address: string): StartedLoopbackLogin {
      const begunAt = clock.now()
      const handle = seal({ ...request, id: randomUUID(), address, begunAt })
      return { handle, expiresAt: begunAt + cliLoginLife }
    },

    /** Null if this gateway did not seal the handle. */
    read: (handle: string): LoopbackLogin | null => open(handle),

    async isDecided({ id }: LoopbackLogin): Promise<boolean> {
      return (await database.db.$count(loopbackLogins, eq(loopbackLogins.id, id))) > 0
    },

    /** @returns the code for the process that began the login. @throws LoginDenied */
    approve(login: LoopbackLogin, decider: BrowserUser, context: RequestContext): Promise<string> {
      return recordedChange(options, authorOf(decider), context, async (change) => {
        const authenticatedAt = await assertLoggedInSince(change, decider, login)
        const code = randomBytes(32).toString('base64url')
        await decide(change, login, decider, { authenticatedAt, code: hashOf(code) })
        const detail = { ...loopbackDetail(login), user: decider.user, email: decider.email }
        change.events.push({ kind: 'cli-login.approved', principal: change.by, detail })
        return code
      })
    },

    /** @throws LoginDenied */
    deny(login: LoopbackLogin, decider: BrowserUser, context: RequestContext): Promise<void> {
      return recordedChange(options, authorOf(decider), context, async (change) => {
        await decide(change, login, decider, { authenticatedAt: new Date(clock.now()), code: null })
        change.events.push({ kind: 'cli-login.denied', principal: change.by, detail: loopbackDetail(login) })
      })
    },

    /** Exchanges a code for its session, once. An attempt with a wrong verifier also uses up the code. */
    async redeem(code: string, verifier: string, context: RequestContext): Promise<NewCliSession | LoginDenial> {
      // Anyone can send a code, so an unknown code must not wait for the lock of identity changes.
      if ((await database.db.$count(loopbackLogins, eq(loopbackLogins.code, hashOf(code)))) === 0) return unknownCode
      return recordedChange(options, loginAuthor, context, async (change) => {
        const found = await takeCode(change, hashOf(code))
        if (found === null) return unknownCode
        const { row, user, wasSpent } = found
        const changeByUser = { ...change, by: authorOf({ user: user.id, email: user.email }) }
        const denial = wasSpent ? usedCode : denialOf(found, verifier)
        const detail = { login: row.id, flow: 'loopback', device: row.device }
        if (denial === null)
          return openCliSession(changeByUser, options, { ...row, login: row.id, flow: 'loopback', user })
        changeByUser.events.push(denialEvent(changeByUser.by, denial, { ...detail, user: user.id, email: user.email }))
        return denial
      })
    },
  }

  async function decide(
    { tx }: Change,
    login: LoopbackLogin,
    { user: userId, session: sessionId }: BrowserUser,
    decision: { readonly authenticatedAt: Date; readonly code: Buffer | null },
  ): Promise<void> {
    const now = clock.now()
    const expiresAt = login.begunAt + cliLoginLife
    if (now >= expiresAt) throw new LoginDenied(expiredCliLogin, { login: login.id })
    const { id, device, rack, purpose, challenge } = login
    const row = {
      id,
      device,
      rack,
      purpose,
      challenge: Buffer.from(challenge, 'base64url'),
      expiresAt: new Date(expiresAt),
    }
    const decided = await tx
      .insert(loopbackLogins)
      .values({ ...row, userId, sessionId, ...decision, codeUntil: new Date(now + codeLife) })
      .onConflictDoNothing()
      .returning({ id: loopbackLogins.id })
    if (decided.length === 0) throw new LoginDenied(decidedCliLogin, { login: login.id })
    await deleteEnded(tx, expiringRows, new Date(now))
  }

  async function takeCode(change: Change, code: Buffer): Promise<TakenCode | null> {
    const { tx } = change
    const [row] = await tx.select().from(loopbackLogins).where(eq(loopbackLogins.code, code)).for('update')
    if (!row) return null
    const [user] = await tx.select().from(users).where(eq(users.id, row.userId))
    if (!user) throw new Error('an allowed login has a user')
    const spentAt = new Date(clock.now())
    if (!row.spentAt) await tx.update(loopbackLogins).set({ spentAt }).where(eq(loopbackLogins.id, row.id))
    const isSessionActive = await isActive(change, row.sessionId)
    return { row, user, wasSpent: row.spentAt !== null, isSessionActive }
  }

  function denialOf({ row, user, isSessionActive }: TakenCode, verifier: string): LoginDenial | null {
    if (!timingSafeEqual(hashOf(verifier), row.challenge)) return wrongVerifier
    if (clock.now() >= row.codeUntil.getTime()) return expiredCode
    if (user.lockedAt !== null) return lockedSince
    return isSessionActive ? null : endedSinceApproval
  }
}

function loopbackDetail(login: LoopbackLogin): Record<string, string> {
  const { purpose } = login
  return { ...detailOf('loopback', login), ...(purpose !== null && { purpose }) }
}

interface TakenCode {
  readonly row: typeof loopbackLogins.$inferSelect
  readonly user: typeof users.$inferSelect
  readonly wasSpent: boolean
  readonly isSessionActive: boolean
}

const expiringRows = { table: loopbackLogins, key: loopbackLogins.id, end: loopbackLogins.expiresAt }
