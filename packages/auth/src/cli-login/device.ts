import { randomBytes, randomUUID } from 'node:crypto'
import { deviceLogins, users } from '@rack-gateway/database'
import { and, eq, gt, inArray, isNull, lte, or, type SQLWrapper, sql } from 'drizzle-orm'
import { cliLoginDenied, PolledTooOften, TooManyDeviceLogins } from '../errors/errors.ts'
import { LoginDenied } from '../errors/login-denial.ts'
import { deleteEnded } from '../sessions/delete-ended.ts'
import type { Change, Transaction } from '../transactions/change.ts'
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
  deviceLoginOff,
  endedSinceApproval,
  expiredCliLogin,
  type LoginDenial,
  lockedSince,
  unknownSecret,
  usedLogin,
} from './denial.ts'
import type { CliLoginOptions } from './options.ts'
import { recordedChange } from './recorded-change.ts'
import { type CliLoginRequest, cliLoginLife, type PendingLogin } from './request.ts'
import { type NewCliSession, openCliSession } from './session.ts'
import { createUserCodeHash, newestOf, newUserCode, readUserCode } from './user-code.ts'

export interface StartedDeviceLogin {
  /** The code that the user types into the browser. */
  readonly userCode: string
  /** The secret with which the process polls. */
  readonly secret: string
  /** Milliseconds since the epoch. */
  readonly expiresAt: number
  /** Seconds between two polls. */
  readonly interval: number
}

export type PollResult =
  | { readonly status: 'pending' | 'denied' | 'expired' }
  | { readonly status: 'done'; readonly session: NewCliSession }

type Row = typeof deviceLogins.$inferSelect

/** Open logins from one address block, at most. */
const maxPerBlock = 10
/** Open logins from one site, at most. A site is an IPv6 /48, the usual size for one customer. */
const maxPerSite = 50
const maxOpen = 1_000
/** The site of a block: the first three groups of IPv6, or the whole block. */
const siteOf = (block: SQLWrapper) => sql`coalesce(substring(${block} from '^((?:[^:]*:){3})'), ${block})`
/** Milliseconds after the expiry of a login during which its process can still poll the status. */
const retention = 3_600_000
const expiringRows = { table: deviceLogins, key: deviceLogins.id, end: deviceLogins.expiresAt }

/** CLI logins by a code that a user reads in a terminal and types into a browser. */
export function createDeviceLogins(options: CliLoginOptions) {
  const { database, keys, clock, deviceLogin, pollSeconds, blockOf } = options
  const hashesOf = createUserCodeHash(keys.deviceCodes)

  return {
    mode: deviceLogin,

    /** @throws CliLoginRefused if device logins are off; TooManyDeviceLogins */
    async begin(request: CliLoginRequest, address: string): Promise<StartedDeviceLogin> {
      if (deviceLogin === 'off') throw cliLoginDenied(deviceLoginOff)
      const now = clock.now()
      const block = blockOf(address)
      const userCode = newUserCode()
      const secret = randomBytes(32).toString('base64url')
      const expiresAt = now + cliLoginLife
      await database.db.transaction(async (tx) => {
        await deleteEnded(tx, expiringRows, new Date(now - retention))
        await makeRoom(tx, block, now)
        await tx.insert(deviceLogins).values({
          ...request,
          id: randomUUID(),
          userCode: newestOf(hashesOf(readUserCode(userCode) ?? '')),
          secret: hashOf(secret),
          address,
          block,
          begunAt: new Date(now),
          expiresAt: new Date(expiresAt),
        })
      })
      return { userCode, secret, expiresAt, interval: pollSeconds }
    },

    /** Null if no login has this code, or the login has expired or was decided. */
    async find(typed: string): Promise<PendingLogin | null> {
      const letters = readUserCode(typed)
      if (letters === null) return null
      const isOpen = and(gt(deviceLogins.expiresAt, new Date(clock.now())), isNull(deviceLogins.decision))
      const hasCode = inArray(deviceLogins.userCode, hashesOf(letters))
      const [found] = await database.db.select().from(deviceLogins).where(and(hasCode, isOpen))
      return found ? pendingLogin(found) : null
    },

    /** @throws LoginDenied */
    approve(id: string, decider: BrowserUser, context: RequestContext): Promise<PendingLogin> {
      return recordedChange(options, authorOf(decider), context, async (change) => {
        const login = await lockUndecided(change, id)
        const authenticatedAt = await assertLoggedInSince(change, decider, login)
        await decide(change, id, decider, { decision: 'approved', authenticatedAt })
        const detail = { ...detailOf('device', login), user: decider.user, email: decider.email }
        change.events.push({ kind: 'cli-login.approved', principal: change.by, detail })
        return login
      })
    },

    /** @throws LoginDenied */
    deny(id: string, decider: BrowserUser, context: RequestContext): Promise<PendingLogin> {
      return recordedChange(options, authorOf(decider), context, async (change) => {
        const login = await lockUndecided(change, id)
        await decide(change, id, decider, { decision: 'denied', authenticatedAt: null })
        change.events.push({ kind: 'cli-login.denied', principal: change.by, detail: detailOf('device', login) })
        return login
      })
    },

    /** Returns the session only once. @throws CliLoginRefused, PolledTooOften */
    async poll(secret: string, context: RequestContext): Promise<PollResult> {
      const row = await recordPoll(hashOf(secret))
      if (row.decision !== 'approved') return { status: statusOf(row, clock.now()) }
      const outcome = await recordedChange(options, loginAuthor, context, (change) => redeem(change, row.id))
      if (outcome instanceof Error) throw outcome
      return outcome
    },
  }

  /**
   * Runs outside the transaction of identity changes, because most polls change no identity.
   *
   * @throws CliLoginRefused, PolledTooOften
   */
  async function recordPoll(secret: Buffer): Promise<Row> {
    const { db } = database
    const now = clock.now()
    const hasSecret = eq(deviceLogins.secret, secret)
    const isDue = or(isNull(deviceLogins.polledAt), lte(deviceLogins.polledAt, new Date(now - pollSeconds * 1_000)))
    const [row] = await db
      .update(deviceLogins)
      .set({ polledAt: new Date(now) })
      .where(and(hasSecret, isDue))
      .returning()
    if (row) return row
    if ((await db.$count(deviceLogins, hasSecret)) === 0) throw cliLoginDenied(unknownSecret)
    throw Object.assign(new PolledTooOften(pollSeconds), { retryAfter: pollSeconds })
  }

  /** @returns the error of a denial, instead of throwing it, so that its event is committed */
  async function redeem(change: Change, login: string): Promise<PollResult | Error> {
    const [row] = await change.tx.select().from(deviceLogins).where(eq(deviceLogins.id, login)).for('update')
    if (!row) return { status: 'expired' }
    const [user] = await change.tx
      .select()
      .from(users)
      .where(eq(users.id, row.userId ?? ''))
    const { authenticatedAt } = row
    if (!user || !authenticatedAt) throw new Error('an approved login has a user and the time of their login')
    if (row.redeemedAt === null && clock.now() >= row.expiresAt.getTime()) return { status: 'expired' }
    const changeByUser = { ...change, by: authorOf({ user: user.id, email: user.email }) }
    const denial = denialOf(row, user.lockedAt, await isActive(change, row.sessionId))
    if (denial !== null) {
      const detail = { ...detailOf('device', pendingLogin(row)), user: user.id, email: user.email }
      changeByUser.events.push(denialEvent(changeByUser.by, denial, detail))
      return cliLoginDenied(denial)
    }
    await change.tx
      .update(deviceLogins)
      .set({ redeemedAt: new Date(clock.now()) })
      .where(eq(deviceLogins.id, row.id))
    const approved = { ...row, login, flow: 'device', user, authenticatedAt } as const
    return { status: 'done', session: await openCliSession(changeByUser, options, approved) }
  }

  async function lockUndecided({ tx }: Change, id: string): Promise<PendingLogin> {
    const [row] = await tx.select().from(deviceLogins).where(eq(deviceLogins.id, id)).for('update')
    if (!row || clock.now() >= row.expiresAt.getTime()) throw new LoginDenied(expiredCliLogin, { login: id })
    if (row.decision !== null) throw new LoginDenied(decidedCliLogin, { login: id })
    return pendingLogin(row)
  }

  async function decide(
    { tx }: Change,
    id: string,
    { user: userId, session: sessionId }: BrowserUser,
    decision: Pick<Row, 'decision' | 'authenticatedAt'>,
  ): Promise<void> {
    await tx
      .update(deviceLogins)
      .set({ ...decision, userId, sessionId })
      .where(eq(deviceLogins.id, id))
  }
}

/**
 * If all sites together have `maxOpen` logins, deletes the oldest login of the site that has the most. So a caller with
 * many networks cannot lock out everyone else. The lock makes the count exact.
 *
 * @throws TooManyDeviceLogins if the block or its site has reached its own maximum
 */
async function makeRoom(tx: Transaction, block: string, now: number): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtext('rack-gateway/device-logins'))`)
  const open = and(gt(deviceLogins.expiresAt, new Date(now)), isNull(deviceLogins.decision))
  const ofBlock = await tx.$count(deviceLogins, and(open, eq(deviceLogins.block, block)))
  const ofSite = await tx.$count(
    deviceLogins,
    and(open, sql`${siteOf(deviceLogins.block)} = ${siteOf(sql`${block}::text`)}`),
  )
  if (ofBlock >= maxPerBlock || ofSite >= maxPerSite) throw Object.assign(new TooManyDeviceLogins(), { retryAfter: 60 })
  if ((await tx.$count(deviceLogins, open)) < maxOpen) return
  const oldestOfBusiestSite = tx
    .select({ id: deviceLogins.id })
    .from(deviceLogins)
    .where(open)
    .orderBy(sql`count(*) over (partition by ${siteOf(deviceLogins.block)}) desc`, deviceLogins.begunAt)
    .limit(1)
  await tx.delete(deviceLogins).where(inArray(deviceLogins.id, oldestOfBusiestSite))
}

function denialOf({ redeemedAt }: Row, lockedAt: Date | null, isSessionActive: boolean): LoginDenial | null {
  if (redeemedAt !== null) return usedLogin
  if (lockedAt !== null) return lockedSince
  return isSessionActive ? null : endedSinceApproval
}

function statusOf({ decision, expiresAt }: Row, now: number): 'pending' | 'denied' | 'expired' {
  if (decision === 'denied') return 'denied'
  return now >= expiresAt.getTime() ? 'expired' : 'pending'
}

function pendingLogin({ id, device, system: os, rack, address, begunAt }: Row): PendingLogin {
  return { id, device, system: os, rack, address, begunAt: begunAt.getTime() }
}
