import { randomUUID } from 'node:crypto'
import { failedFactors, sessions } from '@rack-gateway/database'
import { and, desc, eq, gt } from 'drizzle-orm'
import type { Transaction } from '../admin/change.ts'
import { deleteEnded } from '../sessions/delete-ended.ts'
import type { FactorAttempt } from './verifier.ts'

type Attempt = Pick<FactorAttempt, 'user' | 'session' | 'freshLogin'> & {
  /** The address block of the attempt. */
  readonly network: string
}

const quarterHour = 900_000
const day = 86_400_000

interface Failure {
  readonly session: string
  readonly network: string
  readonly freshLogin: boolean
  readonly at: Date
  readonly authenticatedAt: Date | null
}

/** Counts the failures of a user that are alike. */
interface FailureLimit {
  readonly max: number
  /** Milliseconds. */
  readonly within: number
  counts(failure: Failure, attempt: Attempt & { readonly authenticatedAt: Date | null }): boolean
}

/**
 * A code of six digits is guessed with a probability of 3 in a million, so that a day of attempts finds one with 2 in ten
 * thousand, from however many addresses and sessions they come.
 *
 * Nobody can lock out another user: a thief with a stolen session uses up the limits of that login, of its network, and of the
 * user's older logins. The user logs in again, and has other limits for five minutes. Only who can log in as the user at the
 * identity provider reaches these.
 */
const limits: readonly FailureLimit[] = [
  // Of one login: with all sessions that were derived from it.
  {
    max: 5,
    within: quarterHour,
    counts: (failure, attempt) =>
      failure.session === attempt.session ||
      (failure.authenticatedAt !== null && failure.authenticatedAt.getTime() === attempt.authenticatedAt?.getTime()),
  },
  {
    max: 10,
    within: quarterHour,
    counts: (failure, attempt) => !attempt.freshLogin && !failure.freshLogin && failure.network === attempt.network,
  },
  { max: 30, within: day, counts: (failure, attempt) => failure.freshLogin === attempt.freshLogin },
]

/** Milliseconds until the user can try a code again; 0: now. */
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
  const known = { ...attempt, authenticatedAt: current?.authenticatedAt ?? null }
  return Math.max(
    ...limits.map(function waitOf({ max, within, counts }) {
      const last = failures.filter((failure) => counts(failure, known))[max - 1]
      return last === undefined ? 0 : Math.max(0, last.at.getTime() + within - now)
    }),
  )
}

/** Also deletes failures that are older than a day. */
export async function countFailure(tx: Transaction, attempt: Attempt, now: number): Promise<void> {
  const { user: userId, session: sessionId, network, freshLogin } = attempt
  const row = { id: randomUUID(), userId, sessionId, network, freshLogin, failedAt: new Date(now) }
  await tx.insert(failedFactors).values(row)
  const old = { table: failedFactors, key: failedFactors.id, end: failedFactors.failedAt }
  await deleteEnded(tx, old, new Date(now - day))
}
