import { randomUUID } from 'node:crypto'
import { type Database, proofs, type StepUpDelivery, stepUps } from '@rack-gateway/database'
import { redactTokens } from '@rack-gateway/errors/redact-tokens'
import type { Clock } from '@rack-gateway/time'
import { and, asc, desc, eq, gt, inArray, isNull, sql } from 'drizzle-orm'
import { deleteEnded } from '../sessions/delete-ended.ts'
import type { Transaction } from '../transactions/change.ts'
import type { AskedCall, Coverage } from './coverage.ts'
import { withQueryTimeout } from './query-timeout.ts'
import type { StepUpRow } from './stored-step-ups.ts'

export interface AskingOptions {
  readonly database: Pick<Database, 'db'>
  readonly clock: Clock
  readonly networkOf: (address: string) => string
}

/** A request for a proof, because a call or a command needs it. */
export interface StepUpRequest {
  /** The ID of the user. */
  readonly user: string
  /** The ID of the session that asks. */
  readonly session: string
  readonly delivery: StepUpDelivery
  readonly calls: readonly AskedCall[]
  readonly covers: Coverage
  readonly methods: 'passkey' | 'any'
  readonly address: string
  /** The User-Agent. */
  readonly client: string | null
  /**
   * Whether the stock CLI asks for the proof before it repeats the call. The CLI reopens some logs by itself, so the first
   * request for the same call decides.
   */
  readonly byProbe?: boolean
}

/** Milliseconds. */
const lifetime = 300_000
/** Milliseconds. A pending step-up that expires within this time is not reused. */
const minRemainingLife = 60_000
/**
 * Pending step-ups of each session and network, at most. So a thief with the token cannot easily replace the owner's
 * pending step-ups.
 */
const maxPending = 20
/** Pending step-ups of each session, at most. Above, those of the network with the most are replaced. */
const maxPendingOfSession = 200

type Pending = Pick<StepUpRow, 'id' | 'address' | 'asked' | 'covers' | 'delivery' | 'methods'>

export function createAsking({ database: { db }, clock, networkOf }: AskingOptions) {
  const endingStepUps = { table: stepUps, key: stepUps.id, end: stepUps.expiresAt }
  const endingProofs = { table: proofs, key: proofs.id, end: proofs.expiresAt }

  /**
   * A repeated request for the same call, from the same address, gets the same step-up with its old expiry, unless the
   * step-up expires within a minute.
   *
   * @returns the ID of the step-up
   */
  async function ask(asked: StepUpRequest): Promise<string> {
    const request = withoutTokens(asked)
    const { address, delivery, methods, covers, calls } = request
    const asking = db.transaction(async function askOnce(tx) {
      const pending = await pendingOf(tx, request)
      const same = pending.find(
        (one) =>
          one.address === address &&
          one.delivery === delivery &&
          one.methods === methods &&
          isSameCoverage(one.covers as Coverage, covers) &&
          isSameCalls((one.asked as Pick<StepUpRequest, 'calls'>).calls, calls),
      )
      if (same === undefined) return insert(tx, request, pending)
      await tx
        .update(stepUps)
        .set({ createdAt: new Date(clock.now()) })
        .where(eq(stepUps.id, same.id))
      return same.id
    })
    return withQueryTimeout(asking)
  }

  /**
   * Asks for a proof before a call needs it. Never reuses a step-up, because two programs can have the same session.
   */
  async function create(asked: StepUpRequest): Promise<string> {
    const request = withoutTokens(asked)
    return db.transaction(async (tx) => insert(tx, request, await pendingOf(tx, request)))
  }

  /** The pending step-ups of the session that can be reused, oldest first. */
  function pendingOf(tx: Transaction, { session }: StepUpRequest): Promise<Pending[]> {
    return tx
      .select({
        id: stepUps.id,
        address: stepUps.address,
        asked: stepUps.asked,
        covers: stepUps.covers,
        delivery: stepUps.delivery,
        methods: stepUps.methods,
      })
      .from(stepUps)
      .where(
        and(
          eq(stepUps.sessionId, session),
          isNull(stepUps.provedAt),
          gt(stepUps.expiresAt, new Date(clock.now() + minRemainingLife)),
        ),
      )
      .orderBy(asc(stepUps.createdAt))
  }

  /** The IDs of the pending step-ups that a new one replaces. */
  function surplusOf(pending: readonly Pending[], address: string): string[] {
    const network = networkOf(address)
    const sameNetwork = pending.filter((one) => networkOf(one.address) === network)
    const surplus = sameNetwork.slice(0, Math.max(0, sameNetwork.length + 1 - maxPending))
    const excess = pending.length - surplus.length + 1 - maxPendingOfSession
    if (excess > 0) surplus.push(...largestGroup(pending, (one) => networkOf(one.address)).slice(0, excess))
    return surplus.map(({ id }) => id)
  }

  async function insert(
    tx: Transaction,
    { user, session, delivery, covers, methods, address, calls, client, byProbe = false }: StepUpRequest,
    pending: readonly Pending[],
  ): Promise<string> {
    const now = clock.now()
    const surplus = surplusOf(pending, address)
    if (surplus.length > 0) await tx.delete(stepUps).where(inArray(stepUps.id, surplus))
    await deleteEnded(tx, endingStepUps, new Date(now))
    await deleteEnded(tx, endingProofs, new Date(now))
    const id = randomUUID()
    await tx.insert(stepUps).values({
      id,
      userId: user,
      sessionId: session,
      delivery,
      asked: { calls, client, ...(byProbe && { byProbe }) },
      covers,
      methods,
      address,
      createdAt: new Date(now),
      expiresAt: new Date(now + lifetime),
    })
    return id
  }

  /**
   * The pending step-up that a session and address last asked for, or null.
   *
   * @param byProbe true ignores step-ups that the CLI does not ask for by itself
   * @param after ignores step-ups that were asked for at this time or earlier
   */
  async function newestPending(
    {
      session,
      address,
      delivery,
      byProbe = false,
    }: Pick<StepUpRequest, 'session' | 'address' | 'delivery' | 'byProbe'>,
    after: Date | null,
  ): Promise<string | null> {
    const [row] = await db
      .select({ id: stepUps.id })
      .from(stepUps)
      .where(
        and(
          eq(stepUps.sessionId, session),
          eq(stepUps.address, address),
          eq(stepUps.delivery, delivery),
          isNull(stepUps.provedAt),
          gt(stepUps.expiresAt, new Date(clock.now())),
          after === null ? undefined : gt(stepUps.createdAt, after),
          byProbe ? sql`${stepUps.asked} ->> 'byProbe' = 'true'` : undefined,
        ),
      )
      .orderBy(desc(stepUps.createdAt))
      .limit(1)
    return row?.id ?? null
  }

  return { ask, create, newestPending }
}

/** A path or a User-Agent can contain a token that was pasted by mistake. The coverage contains the original values. */
function withoutTokens(request: StepUpRequest): StepUpRequest {
  const { calls, client } = request
  return {
    ...request,
    calls: calls.map((call) => ({
      ...call,
      rack: call.rack && redactTokens(call.rack),
      app: call.app && redactTokens(call.app),
      command: call.command?.map(redactTokens) ?? null,
      ...(call.planned && {
        planned: {
          ...call.planned,
          parameters: call.planned.parameters.map(({ name, value }) => ({
            name: redactTokens(name),
            value: value && redactTokens(value),
          })),
        },
      }),
    })),
    client: client && redactTokens(client),
  }
}

/** In the order of `items`. */
function largestGroup<T>(items: readonly T[], keyOf: (item: T) => string): readonly T[] {
  const groups = new Map<string, T[]>()
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item])
  return [...groups.values()].reduce<readonly T[]>(
    (largest, group) => (group.length > largest.length ? group : largest),
    [],
  )
}

/** The page shows the calls, so another call gets another step-up, even if one proof is enough for both. */
function isSameCalls(some: readonly AskedCall[], others: readonly AskedCall[]): boolean {
  const text = (calls: readonly AskedCall[]) =>
    JSON.stringify(calls.map(({ rack, app, route, command }) => [rack, app, route, command]))
  return text(some) === text(others)
}

function isSameCoverage(one: Coverage, other: Coverage): boolean {
  return JSON.stringify(Object.entries(one).sort()) === JSON.stringify(Object.entries(other).sort())
}
