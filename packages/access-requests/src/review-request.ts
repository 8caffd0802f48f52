import type { Change } from '@rack-gateway/auth/store'
import { accessRequestReviews, users } from '@rack-gateway/database'
import type { RequestRule } from '@rack-gateway/rbac-policy'
import { eq } from 'drizzle-orm'
import { approve, grantOf, termsOf } from './approve.ts'
import { AlreadyReviewed, ApprovalTooWide, OwnRequest, RequestRuleChanged } from './errors.ts'
import { assertStartIsNear, futureStart } from './start-time.ts'
import { transitions } from './states.ts'
import {
  assertPending,
  eventOf,
  findPerson,
  type LockedRequest,
  lockRequest,
  makeTransition,
  type Person,
  type StoredRequest,
} from './stored-request.ts'
import { type GrantTerms, wideningOf } from './terms.ts'

/** What a reviewer grants. A missing member grants what was asked for. */
export type Approval = { readonly [K in keyof GrantTerms]?: GrantTerms[K] }

export interface Review {
  readonly reviewer: { readonly id: string; readonly email: string }
  /** Why the user can review, such as `group:leads`. */
  readonly because: string
  /** The rule as it is now. The caller checks that the user is a reviewer by it. */
  readonly rule: RequestRule
  /** Milliseconds since the epoch. */
  readonly now: number
  readonly note: string | null
  /** Null denies. */
  readonly approval: Approval | null
  /** Whether an earlier reviewer could still review now. The reviews of others no longer count. Default: all count. */
  readonly isStillReviewer?: (id: string) => boolean
}

type ReviewRow = typeof accessRequestReviews.$inferSelect

/**
 * Stores a review. One denial denies. The last approval that the rule requires approves what all reviews grant.
 *
 * @throws NotFound, RequestDecided, RequestOver, OwnRequest, AlreadyReviewed, RequestRuleChanged, ApprovalTooWide,
 * StartTooLate, NothingGranted
 */
export async function reviewRequest(change: Change, id: string, review: Review): Promise<void> {
  const locked = await lockRequest(change, id, review.now)
  await assertPending(change, locked)
  const earlier = await earlierReviews(change, id)
  await assertIsAnotherPerson(change, review, locked, earlier)
  if (review.approval === null) await deny(change, locked, review)
  else await storeApproval(change, locked, { ...review, approval: review.approval }, earlier)
}

interface EarlierReview {
  readonly review: ReviewRow
  readonly reviewer: Person
}

function earlierReviews({ tx }: Change, id: string): Promise<readonly EarlierReview[]> {
  return tx
    .select({ review: accessRequestReviews, reviewer: { id: users.id, email: users.email, subject: users.subject } })
    .from(accessRequestReviews)
    .innerJoin(users, eq(users.id, accessRequestReviews.reviewer))
    .where(eq(accessRequestReviews.accessRequest, id))
    .orderBy(accessRequestReviews.at)
}

/** A person can have several accounts, one for each identity provider. */
async function assertIsAnotherPerson(
  change: Change,
  { reviewer: { id } }: Review,
  { requester }: LockedRequest,
  earlier: readonly EarlierReview[],
): Promise<void> {
  const reviewer = await findPerson(change, id)
  if (isSamePerson(reviewer, requester)) throw new OwnRequest()
  if (earlier.some((one) => isSamePerson(reviewer, one.reviewer))) throw new AlreadyReviewed()
}

function isSamePerson(one: Person, other: Person): boolean {
  return one.id === other.id || one.subject === other.subject || one.email.toLowerCase() === other.email.toLowerCase()
}

async function deny(change: Change, locked: LockedRequest, review: Review): Promise<void> {
  const { reviewer, because, note, now } = review
  await insertReview(change, locked, review)
  const at = new Date(now)
  const columns = { decidedAt: at, endedAt: at, endedBy: reviewer.id, endedByName: reviewer.email, endNote: note }
  await makeTransition(change, locked, transitions.deny, { columns, detail: { because, note } })
}

async function storeApproval(
  change: Change,
  locked: LockedRequest,
  review: Review & { readonly approval: Approval },
  earlier: readonly EarlierReview[],
): Promise<void> {
  const { rule, now, because, note, isStillReviewer = () => true } = review
  const { request } = locked
  if (rule.id !== request.rule || rule.role !== request.role) throw new RequestRuleChanged(request.rule, request.role)
  const approval = { ...review.approval, startsAt: futureStart(review.approval.startsAt ?? null, now) }
  assertStartIsNear(approval.startsAt, now)
  const terms = narrowed(request, approval)
  const widening = wideningOf(termsOf(request), terms)
  if (widening !== null) throw new ApprovalTooWide(widening)
  await insertReview(change, locked, { ...review, approval })
  const counted = earlier.filter(({ reviewer }) => isStillReviewer(reviewer.id))
  const reviews = [...counted.map((one) => narrowed(request, approvalOf(one.review))), terms]
  if (reviews.length >= rule.reviews) {
    await approve(change, locked, { rule, reviews, now, by: 'reviewer', detail: { because, note } })
    return
  }
  grantOf(request, { rule, reviews, now })
  const { racks, apps, seconds, startsAt } = terms
  const detail = {
    racks: racks.join(', '),
    apps: apps.join(', '),
    seconds: `${seconds}`,
    starts: startsAt === null ? null : new Date(startsAt).toISOString(),
    because,
    note,
  }
  change.events.push(eventOf(transitions.review.event, locked, change.by, detail))
}

function narrowed(request: StoredRequest, { racks, apps, seconds, startsAt }: Approval): GrantTerms {
  const asked = termsOf(request)
  return {
    racks: racks ?? asked.racks,
    apps: apps ?? asked.apps,
    seconds: seconds ?? asked.seconds,
    startsAt: startsAt ?? asked.startsAt,
  }
}

function approvalOf({ racks, apps, seconds, startsAt }: ReviewRow): Approval {
  return {
    ...(racks !== null && { racks }),
    ...(apps !== null && { apps }),
    ...(seconds !== null && { seconds }),
    startsAt: startsAt?.getTime() ?? null,
  }
}

async function insertReview({ tx }: Change, { request }: LockedRequest, review: Review): Promise<void> {
  const { reviewer, because, note, now, approval } = review
  const { racks, apps, seconds, startsAt } = approval ?? {}
  await tx.insert(accessRequestReviews).values({
    accessRequest: request.id,
    reviewer: reviewer.id,
    approved: approval !== null,
    because,
    note,
    racks: racks === undefined ? null : [...racks],
    apps: apps === undefined ? null : [...apps],
    seconds: seconds ?? null,
    startsAt: startsAt === undefined || startsAt === null ? null : new Date(startsAt),
    at: new Date(now),
  })
}
