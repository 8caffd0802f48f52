import type { Author, IdentityEvent } from '@rack-gateway/auth'
import { type Change, lockItem } from '@rack-gateway/auth/store'
import { accessRequestReviews, accessRequests, users } from '@rack-gateway/database'
import { eq } from 'drizzle-orm'
import { GrantNotStarted, RequestDecided, RequestOver, RequestPending } from './errors.ts'
import { clockTransitions, finalStates, type TimedRequest, type Transition, transitions } from './states.ts'

export type StoredRequest = typeof accessRequests.$inferSelect
type ChangedColumns = Partial<Omit<StoredRequest, 'id' | 'state'>>

export interface LockedRequest {
  readonly request: StoredRequest
  /** The user who asked. */
  readonly requester: Person
}

export interface Person {
  readonly id: string
  readonly email: string
  /** The account at the identity provider. */
  readonly subject: string
}

/** The author of the transitions that the clock or a rule makes. */
export const systemAuthor: Author = { kind: 'system', id: 'access-requests', name: 'access requests' }

/**
 * Locks the row until the change is committed. Stores first what the clock has changed since the last sweep, so the
 * returned state is the state at `now`.
 *
 * @throws NotFound
 */
export async function lockRequest(change: Change, id: string, now: number): Promise<LockedRequest> {
  const stored = await lockItem(change, accessRequests, 'access request', id)
  const requester = await findPerson(change, stored.userId)
  let request = stored
  for (const { transition, at } of clockTransitions(stored, now))
    request = await makeTransition(change, { request, requester }, transition, {
      columns: columnsAt(transition, at),
      by: systemAuthor,
      detail: { at: at.toISOString() },
    })
  return { request, requester }
}

export async function findPerson({ tx }: Pick<Change, 'tx'>, id: string): Promise<Person> {
  const { email, subject } = users
  const [user] = await tx.select({ id: users.id, email, subject }).from(users).where(eq(users.id, id))
  if (user === undefined) throw new Error(`The user ${id} of an access request does not exist.`)
  return user
}

function columnsAt({ to }: Pick<Transition, 'to'>, at: Date): { startedAt: Date } | { endedAt: Date } {
  return to === 'active' ? { startedAt: at } : { endedAt: at }
}

/** The request as the clock says, even if no sweep has stored it. */
export function requestAt<R extends TimedRequest>(request: R, now: number): R {
  let current = request
  for (const { transition, at } of clockTransitions(request, now))
    current = { ...current, ...columnsAt(transition, at), state: transition.to }
  return current
}

interface TransitionOptions {
  readonly columns?: ChangedColumns
  readonly by?: Author
  readonly detail?: Readonly<Record<string, string | null>>
}

/** Stores a transition and its event. @returns the row after it */
export async function makeTransition(
  { tx, by: author, events }: Change,
  { request, requester }: LockedRequest,
  { from, to, event }: Pick<Transition, 'from' | 'to' | 'event'>,
  { columns = {}, by = author, detail = {} }: TransitionOptions,
): Promise<StoredRequest> {
  if (request.state !== from) throw new Error(`An access request that is ${request.state} cannot become ${to}.`)
  const [changed] = await tx
    .update(accessRequests)
    .set({ ...columns, state: to })
    .where(eq(accessRequests.id, request.id))
    .returning()
  if (changed === undefined) throw new Error(`The access request ${request.id} does not exist.`)
  events.push(eventOf(event, { request: changed, requester }, by, detail))
  return changed
}

export function eventOf(
  kind: Transition['event'],
  { request, requester }: LockedRequest,
  by: Author,
  detail: Readonly<Record<string, string | null>>,
): IdentityEvent {
  const { id, rule, role, racks, apps, seconds, grantedRacks, grantedApps, grantedSeconds } = request
  const all = {
    accessRequest: id,
    user: requester.id,
    email: requester.email,
    rule,
    role,
    racks: (grantedRacks ?? racks).join(', '),
    apps: (grantedApps ?? apps).join(', '),
    seconds: `${grantedSeconds ?? seconds}`,
    ...detail,
  }
  const present = Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== null)
  return { kind, principal: by, detail: Object.fromEntries(present) }
}

/** @throws RequestDecided or RequestOver unless the request is pending, with what it became, when, and by whom */
export async function assertPending(change: Pick<Change, 'tx'>, { request }: LockedRequest): Promise<void> {
  if (request.state === 'pending') return
  const ErrorClass = isOver(request) ? RequestOver : RequestDecided
  throw new ErrorClass(await outcomeOf(change, request))
}

/** @throws RequestPending or RequestOver unless the request is approved or active */
export async function assertGrant(change: Pick<Change, 'tx'>, { request }: LockedRequest): Promise<void> {
  if (request.state === 'pending') throw new RequestPending()
  if (isOver(request)) throw new RequestOver(await outcomeOf(change, request))
}

export function isOver({ state }: Pick<StoredRequest, 'state'>): boolean {
  return finalStates.includes(state)
}

/** Completes the sentence "The access request …". */
export async function outcomeOf(change: Pick<Change, 'tx'>, request: StoredRequest): Promise<string> {
  const { state, decidedAt, endedAt, endedByName } = request
  const ended = `at ${endedAt?.toISOString()}${endedByName === null ? '' : ` by ${endedByName}`}`
  switch (state) {
    case 'pending':
      return 'is pending'
    case 'approved':
    case 'active':
      return `was approved at ${decidedAt?.toISOString()} by ${await approversOf(change, request)}`
    case 'denied':
    case 'canceled':
    case 'revoked':
      return `was ${state} ${ended}`
    case 'lapsed':
      return `lapsed ${ended}, because ${decidedAt === null ? 'it was not reviewed' : 'its grant was not used'} in time`
    case 'ended':
      return `was approved, and its grant ended ${ended}`
  }
}

async function approversOf({ tx }: Pick<Change, 'tx'>, { id, rule }: StoredRequest): Promise<string> {
  const reviews = await tx
    .select({ email: users.email })
    .from(accessRequestReviews)
    .innerJoin(users, eq(users.id, accessRequestReviews.reviewer))
    .where(eq(accessRequestReviews.accessRequest, id))
    .orderBy(accessRequestReviews.at)
  return reviews.length === 0 ? `the rule ${rule}` : reviews.map(({ email }) => email).join(' and ')
}

/** Starts a grant. @param at milliseconds since the epoch */
export function startAt(change: Change, locked: LockedRequest, at: number): Promise<StoredRequest> {
  const { request } = locked
  const startedAt = new Date(at)
  if (request.workStarts === 'approval')
    return makeTransition(change, locked, transitions.start, {
      columns: { startedAt },
      by: systemAuthor,
      detail: { at: startedAt.toISOString() },
    })
  if (request.grantFrom === null || request.grantedSeconds === null || at < request.grantFrom.getTime())
    throw new GrantNotStarted(request.grantFrom?.toISOString() ?? 'an unknown time')
  const grantUntil = new Date(at + request.grantedSeconds * 1_000)
  return makeTransition(change, locked, transitions.start, {
    columns: { startedAt, grantFrom: startedAt, grantUntil },
    detail: { until: grantUntil.toISOString() },
  })
}
