import { type Database, type ProofMethod, type StepUpDelivery, sessions, stepUps, users } from '@rack-gateway/database'
import type { Clock } from '@rack-gateway/time'
import { and, eq, isNull } from 'drizzle-orm'
import { noSuchItem, StepUpEnded } from '../errors/errors.ts'
import type { Transaction } from '../transactions/change.ts'
import { checkId } from '../transactions/names.ts'
import type { AskedCall, Coverage } from './coverage.ts'

export interface AskedStepUp {
  readonly id: string
  readonly user: { readonly id: string; readonly email: string }
  readonly session: string
  readonly device: string
  readonly delivery: StepUpDelivery
  readonly calls: readonly AskedCall[]
  /** The User-Agent of the call that asked. */
  readonly client: string | null
  readonly covers: Coverage
  readonly methods: 'passkey' | 'any'
  readonly address: string
  readonly createdAt: Date
  readonly expiresAt: Date
  readonly provedAt: Date | null
  readonly redeemedAt: Date | null
}

export type StepUpRow = typeof stepUps.$inferSelect

/**
 * A step-up of the user.
 *
 * @throws NotFound if the user has no such step-up or is locked, or if the session of the step-up has ended
 */
export async function findStepUp(db: Database['db'], id: string, user: string): Promise<AskedStepUp> {
  return toAsked(await read(db, checkId('step-up', id), user))
}

/** Locks a step-up that is not proved yet. @throws NotFound, StepUpEnded */
export async function readOpen(tx: Transaction, id: string, user: string, clock: Clock): Promise<StepUpRow> {
  await tx
    .select({ id: stepUps.id })
    .from(stepUps)
    .where(eq(stepUps.id, checkId('step-up', id)))
    .for('update')
  const { stepUp } = await read(tx, id, user)
  if (stepUp.provedAt !== null) throw new StepUpEnded('This step-up was proved already.')
  if (stepUp.expiresAt.getTime() <= clock.now()) throw new StepUpEnded('This step-up is older than five minutes.')
  return stepUp
}

/** @throws StepUpEnded */
export function assertRedeemable({ redeemedAt, expiresAt }: StepUpRow, now: number): void {
  if (redeemedAt !== null) throw new StepUpEnded('This proof was used already.')
  if (expiresAt.getTime() <= now) throw new StepUpEnded('This step-up is older than five minutes.')
}

/** The detail of an event. `for` names the rack, app, and route of each call that the user saw. */
export function detailOf({ id, delivery, asked }: StepUpRow, method: ProofMethod): Record<string, string> {
  const calls = (asked as Pick<AskedStepUp, 'calls'>).calls.map(({ rack, app, route }) =>
    [rack, app, route].filter((part) => part !== null).join(' '),
  )
  return { stepUp: id, method, delivery, ...(calls.length > 0 && { for: [...new Set(calls)].join(', ') }) }
}

async function read(db: Database['db'] | Transaction, id: string, user: string) {
  const [row] = await db
    .select({ stepUp: stepUps, user: { id: users.id, email: users.email }, device: sessions.device })
    .from(stepUps)
    .innerJoin(users, eq(users.id, stepUps.userId))
    .innerJoin(sessions, eq(sessions.id, stepUps.sessionId))
    .where(and(eq(stepUps.id, id), eq(stepUps.userId, user), isNull(sessions.endedAt), isNull(users.lockedAt)))
  if (!row) throw noSuchItem('step-up')
  return row
}

function toAsked({ stepUp, user, device }: Awaited<ReturnType<typeof read>>): AskedStepUp {
  const { asked, covers, ...rest } = stepUp
  const { calls, client } = asked as Pick<AskedStepUp, 'calls' | 'client'>
  return { ...rest, session: stepUp.sessionId, user, device, calls, client, covers: covers as Coverage }
}
