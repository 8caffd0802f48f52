import { randomUUID } from 'node:crypto'
import { failedFactors, sessions } from '@rack-gateway/database'
import { and, desc, eq, gt } from 'drizzle-orm'
import { deleteEnded } from '../sessions/delete-ended.ts'
import type { Transaction } from '../transactions/change.ts'
import type { FactorAttempt } from './verifier.ts'

type Attempt = Pick<FactorAttempt, 'user' | 'session' | 'freshLogin'> & {
  /** The address block of the attempt. */
  readonly network: string
}

const quarterHour = 900_000
const day = 86_400_000

interface StoredFailure {
  readonly session: string
  readonly network: string
  readonly freshLogin: boolean
  readonly at: Date
  readonly authenticatedAt: Date | null
}

interface FailureLimit {
  readonly max: number
  /** Milliseconds. */
  readonly period: number
  /** Whether an earlier failure counts for an attempt. */
  applies(failure: StoredFailure, attempt: Attempt & { readonly authenticatedAt: Date | null }): boolean
}

/**
 * One attempt guesses a code of one authenticator app with a probability of 3 in a million. At most 60 attempts a day
 * can fail, 30 with a fresh login and 30 without. So all attempts of one day together guess a code with a probability
 * of 2 in 10,000, from however many addresses and sessions.
 *
 * Nobody can lock out another user. A thief with a stolen session uses up the limits of that login, of its network, and
 * of the user's older logins. After another login, the user has separate limits for five minutes. Only someone who can
 * log in as the user at the identity provider can use up those limits.
 */
const limits: readonly FailureLimit[] = [
  // For one login and all sessions that were derived from it.
  {
    max: 5,
    period: quarterHour,
    applies: (failure, attempt) =>
      failure.session === attempt.session ||
      (failure.authenticatedAt !== null && failure.authenticatedAt.getTime() === attempt.authenticatedAt?.getTime()),
  },
  {
    max: 10,
    period: quarterHour,
    applies: (failure, attempt) => !attempt.freshLogin && !failure.freshLogin && failure.network === attempt.network,
  },
  { max: 30, period: day, applies: (failure, attempt) => failure.freshLogin === attempt.freshLogin },
]

/** Milliseconds until the user can try a code again; 0 without a wait. */
export async function waitAfterFailures(tx: Transaction, attempt: Attempt, now: number): Promise<number> {
  const [current] = await tx
    .select({ authenticatedAt: sessions.authenticatedAt })
    .from(sessions)
    .where(eq(sessions.id, attempt.session))
  const failures = await tx
    .select({
      session: failedFactors.sessionId,
      network: failedFactors.network,
      freshLogin: failedFactors.freshLogin,
      at: failedFactors.failedAt,
      authenticatedAt: sessions.authenticatedAt,
    })
    .from(failedFactors)
    .leftJoin(sessions, eq(sessions.id, failedFactors.sessionId))
    .where(and(eq(failedFactors.userId, attempt.user), gt(failedFactors.failedAt, new Date(now - day))))
    .orderBy(desc(failedFactors.failedAt))
  const attemptOfLogin = { ...attempt, authenticatedAt: current?.authenticatedAt ?? null }
  return Math.max(
    ...limits.map(function waitOf({ max, period, applies }) {
      const last = failures.filter((failure) => applies(failure, attemptOfLogin))[max - 1]
      return last === undefined ? 0 : Math.max(0, last.at.getTime() + period - now)
    }),
  )
}

export async function recordFailure(tx: Transaction, attempt: Attempt, now: number): Promise<void> {
  const { user: userId, session: sessionId, network, freshLogin } = attempt
  const row = { id: randomUUID(), userId, sessionId, network, freshLogin, failedAt: new Date(now) }
  await tx.insert(failedFactors).values(row)
  const old = { table: failedFactors, key: failedFactors.id, end: failedFactors.failedAt }
  await deleteEnded(tx, old, new Date(now - day))
}
