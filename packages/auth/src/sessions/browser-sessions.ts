import { createHmac, timingSafeEqual } from 'node:crypto'
import { type Database, lastUses } from '@rack-gateway/database'
import type { Clock } from '@rack-gateway/time'
import { withTimeout } from '@rack-gateway/time'
import { and, eq, gt, lte } from 'drizzle-orm'
import { LRUCache } from 'lru-cache'
import { AuthUnavailable, throwLookUpTooSlow } from '../errors/errors.ts'
import type { Keys } from '../tokens/login-keys.ts'
import type { VerifiedToken } from '../tokens/token.ts'
import { type ChangeDatabase, changeIdentities } from '../transactions/change.ts'
import type { Author, RecordIdentityEvents } from '../transactions/events.ts'
import { type GatewayCookies, gatewayCookies } from './cookies.ts'
import { closeSession } from './sessions.ts'

export interface BrowserSessionsOptions {
  readonly database: Pick<Database, 'db'> & ChangeDatabase
  /** The keys of CSRF tokens, newest first. */
  readonly csrfKeys: Keys
  readonly clock: Clock
  readonly record: RecordIdentityEvents
  readonly publicUrl: string
  /** Milliseconds without use after which a session ends. */
  readonly idle: number
}

export interface BrowserSessions {
  readonly cookies: GatewayCookies
  readonly origin: string
  /** Records a use of the session. @returns false if it was idle for too long and was ended. @throws AuthUnavailable */
  use(session: string, address: string): Promise<boolean>
  csrfToken(credential: VerifiedToken): string
  isCsrfToken(credential: VerifiedToken, text: unknown): boolean
  end(session: string, by: Author, reason: string): Promise<void>
}

/** Milliseconds between two stored uses of a session. Less for an idle limit below ten minutes. */
const maxStoreInterval = 60_000
const maxStored = 10_000
const deadline = 5_000
const gateway: Author = { kind: 'system', id: 'gateway', name: 'gateway' }

export function createBrowserSessions(options: BrowserSessionsOptions): BrowserSessions {
  const { database, csrfKeys: keys, clock, record, publicUrl, idle } = options
  const storeInterval = Math.min(maxStoreInterval, idle / 10)
  const storedAt = new LRUCache<string, number>({ max: maxStored })

  async function use(session: string, address: string): Promise<boolean> {
    const now = clock.now()
    const last = storedAt.get(session)
    if (last !== undefined && now - last < storeInterval) return true
    if (!(await storeUse(session, address, now))) {
      storedAt.delete(session)
      await end(session, gateway, 'idle')
      return false
    }
    storedAt.set(session, now)
    return true
  }

  /** Stores a use, unless another replica has just done so. @returns false if the session was idle for too long */
  async function storeUse(session: string, address: string, now: number): Promise<boolean> {
    const { db } = database
    const isNotIdle = and(eq(lastUses.credential, session), gt(lastUses.usedAt, new Date(now - idle)))
    const updated = db
      .update(lastUses)
      .set({ address, usedAt: new Date(now) })
      .where(and(isNotIdle, lte(lastUses.usedAt, new Date(now - storeInterval))))
      .returning({ session: lastUses.credential })
    if ((await withTimeout(updated, deadline, throwLookUpTooSlow).catch(unavailable)).length === 1) return true
    return (await withTimeout(db.$count(lastUses, isNotIdle), deadline, throwLookUpTooSlow).catch(unavailable)) === 1
  }

  function end(session: string, by: Author, reason: string): Promise<void> {
    return changeIdentities({ database, by, record, isRevocation: true }, (change) =>
      closeSession(change, session, reason, new Date(clock.now())),
    )
  }

  function csrfToken(credential: VerifiedToken): string {
    const [newest] = keys
    if (!newest) throw new Error('a CSRF token needs a key')
    return tokenBy(newest, credential)
  }

  function isCsrfToken(credential: VerifiedToken, text: unknown): boolean {
    if (typeof text !== 'string') return false
    const sent = Buffer.from(text)
    return keys.some((key) => {
      const expected = Buffer.from(tokenBy(key, credential))
      return sent.length === expected.length && timingSafeEqual(sent, expected)
    })
  }

  return { cookies: gatewayCookies(publicUrl), origin: publicUrl, use, csrfToken, isCsrfToken, end }
}

function tokenBy(key: Buffer, { hash }: VerifiedToken): string {
  return createHmac('sha256', key).update(hash).digest('base64url')
}

function unavailable(cause: unknown): never {
  throw new AuthUnavailable({ cause })
}
