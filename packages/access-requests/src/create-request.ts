import { randomUUID } from 'node:crypto'
import { noSuchItem } from '@rack-gateway/auth'
import { type Change, lockItem } from '@rack-gateway/auth/store'
import { accessRequests } from '@rack-gateway/database'
import type { RequestRule } from '@rack-gateway/rbac-policy'
import { and, eq, isNull } from 'drizzle-orm'
import { approve } from './approve.ts'
import { CannotExtend, TooManyOpenRequests } from './errors.ts'
import { assertStartIsNear, futureStart } from './start-time.ts'
import { transitions } from './states.ts'
import { eventOf, findPerson, isOver, outcomeOf, requestAt, type StoredRequest } from './stored-request.ts'
import type { GrantTerms } from './terms.ts'

export interface RequestTerms extends GrantTerms {
  readonly role: string
  readonly reason: string
  /** The ID of the user's grant that this request extends. */
  readonly extends: string | null
}

export interface NewRequest {
  readonly requester: { readonly id: string }
  /** The rule that lets the user ask. The caller checks that the terms fit. */
  readonly rule: RequestRule
  readonly terms: RequestTerms
  /** Milliseconds since the epoch. */
  readonly now: number
}

const maxOpen = 10

/** Until when a request waits for its reviews: never longer than until the end of the requested time. */
export function answerBy({ answerWithin }: RequestRule, { startsAt, seconds }: GrantTerms, now: number): number {
  const start = futureStart(startsAt, now)
  return Math.min(now + answerWithin, start === null ? Number.POSITIVE_INFINITY : start + seconds * 1_000)
}

/**
 * Stores an access request. A rule without reviews approves it at once, in the same transaction.
 *
 * @returns its ID
 * @throws TooManyOpenRequests, StartTooLate, CannotExtend, NothingGranted
 */
export async function createRequest(
  change: Change,
  { requester: { id: userId }, rule, terms, now }: NewRequest,
): Promise<string> {
  const startsAt = futureStart(terms.startsAt, now)
  assertStartIsNear(startsAt, now)
  const open = await openRequests(change, userId, now)
  if (open.length >= maxOpen) throw new TooManyOpenRequests(maxOpen)
  if (terms.extends !== null) await assertExtends(change, { userId, id: terms.extends, role: terms.role, now })
  const requester = await findPerson(change, userId)
  const values: typeof accessRequests.$inferInsert = {
    id: randomUUID(),
    userId,
    rule: rule.id,
    role: terms.role,
    racks: [...terms.racks],
    apps: [...terms.apps],
    seconds: terms.seconds,
    startsAt: startsAt === null ? null : new Date(startsAt),
    reason: terms.reason,
    extends: terms.extends,
    createdAt: new Date(now),
    answerBy: new Date(answerBy(rule, { ...terms, startsAt }, now)),
    state: transitions.create.to,
    workStarts: rule.workStarts,
  }
  const [request] = await change.tx.insert(accessRequests).values(values).returning()
  if (request === undefined) throw new Error('The database did not return the new access request.')
  const detail = {
    reason: terms.reason,
    starts: request.startsAt?.toISOString() ?? null,
    answerBy: request.answerBy.toISOString(),
    extends: terms.extends,
  }
  change.events.push(eventOf(transitions.create.event, { request, requester }, change.by, detail))
  if (rule.reviews === 0) await approve(change, { request, requester }, { rule, reviews: [], now, by: 'rule' })
  return request.id
}

/** Leaves out what the clock has ended. */
async function openRequests({ tx }: Change, userId: string, now: number): Promise<readonly StoredRequest[]> {
  const stored = await tx
    .select()
    .from(accessRequests)
    .where(and(eq(accessRequests.userId, userId), isNull(accessRequests.endedAt)))
  return stored.filter((request) => !isOver(requestAt(request, now)))
}

interface Extension {
  readonly userId: string
  readonly id: string
  readonly role: string
  readonly now: number
}

async function assertExtends(change: Change, { userId, id, role, now }: Extension): Promise<void> {
  const stored = await lockItem(change, accessRequests, 'access request', id)
  if (stored.userId !== userId) throw noSuchItem('access request')
  const request = requestAt(stored, now)
  if (isOver(request)) throw new CannotExtend(`the access request ${await outcomeOf(change, request)}`)
  if (request.state === 'pending') throw new CannotExtend('its access request is not approved yet')
  if (request.role !== role) throw new CannotExtend(`it gives the role ${request.role}`)
}
