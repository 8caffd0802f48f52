import {
  type Change,
  checkId,
  onlyItem,
  type Page,
  type PageRequest,
  positionOf,
  readPage,
} from '@rack-gateway/auth/store'
import {
  type AccessRequestState,
  accessRequestReviews,
  accessRequests,
  type Database,
  users,
} from '@rack-gateway/database'
import type { RequestRule } from '@rack-gateway/rbac-policy'
import type { Clock } from '@rack-gateway/time'
import { and, eq, getTableColumns, inArray, ne, type SQL, sql } from 'drizzle-orm'
import { type Candidate, findCandidates } from './find-candidates.ts'
import { requestAt, type StoredRequest } from './stored-request.ts'

/** An access request in the state that it has now, even if no sweep has stored it. */
export interface AccessRequestRow extends StoredRequest {
  /** The email address of the user who asked. */
  readonly email: string
}

export interface ReviewRow extends Omit<typeof accessRequestReviews.$inferSelect, 'reviewer'> {
  readonly reviewer: { readonly id: string; readonly email: string }
}

export interface AccessRequestFilter {
  /** The ID of the user who asked. */
  readonly user?: string | undefined
  readonly state?: AccessRequestState | undefined
  /** The IDs of request rules. */
  readonly rules?: readonly string[] | undefined
  /** Leaves out the requests of this user. */
  readonly exceptUser?: string | undefined
}

export type RequestLists = ReturnType<typeof createRequestLists>

/** @param database also a transaction, as `{ db: change.tx }` */
export function createRequestLists({ db }: { readonly db: Database['db'] | Change['tx'] }, clock: Clock) {
  async function requestPage(page: PageRequest, now: number, filter?: SQL): Promise<Page<AccessRequestRow>> {
    const query = db
      .select({ ...getTableColumns(accessRequests), email: users.email, position: positionOf(accessRequests) })
      .from(accessRequests)
      .innerJoin(users, eq(users.id, accessRequests.userId))
    const { items, next } = await readPage(query.$dynamic(), accessRequests, page, filter)
    return { items: items.map((item) => requestAt(item, now)), next }
  }

  return {
    /** @throws NotFound */
    async one(id: string): Promise<AccessRequestRow> {
      const ofId = eq(accessRequests.id, checkId('access request', id))
      return onlyItem(requestPage({ limit: 1 }, clock.now(), ofId), 'access request')
    },
    /** Newest first. */
    page(page: PageRequest, { user, state, rules, exceptUser }: AccessRequestFilter = {}) {
      const now = clock.now()
      return requestPage(
        page,
        now,
        and(
          user === undefined ? undefined : eq(accessRequests.userId, user),
          exceptUser === undefined ? undefined : ne(accessRequests.userId, exceptUser),
          rules === undefined ? undefined : inArray(accessRequests.rule, [...rules]),
          state === undefined ? undefined : sql`${stateAt(now)} = ${state}`,
        ),
      )
    },
    /** The reviews of each of these requests, oldest first. */
    async reviews(ids: readonly string[]): Promise<ReadonlyMap<string, readonly ReviewRow[]>> {
      const rows =
        ids.length === 0
          ? []
          : await db
              .select({
                ...getTableColumns(accessRequestReviews),
                reviewer: { id: users.id, email: users.email },
              })
              .from(accessRequestReviews)
              .innerJoin(users, eq(users.id, accessRequestReviews.reviewer))
              .where(inArray(accessRequestReviews.accessRequest, [...ids]))
              .orderBy(accessRequestReviews.at, accessRequestReviews.reviewer)
      const byRequest = new Map<string, ReviewRow[]>(ids.map((id) => [id, []]))
      for (const row of rows) byRequest.get(row.accessRequest)?.push(row)
      return byRequest
    },
    /**
     * The users who match a subject of the rule's reviewers. The policy decides who of them can review a request.
     *
     * @param only the ID of the only user to look for
     */
    candidates: (rule: Pick<RequestRule, 'reviewers'>, only?: string): Promise<readonly Candidate[]> =>
      findCandidates(db, rule, only),
    /** The IDs of requests that the clock has changed since their state was stored, at most 100. */
    async due(now: number): Promise<readonly string[]> {
      const rows = await db.select({ id: accessRequests.id }).from(accessRequests).where(isDue(now)).limit(maxDue)
      return rows.map(({ id }) => id)
    },
  }
}

const maxDue = 100

/** Only rows of the index `access_requests_open`. */
function isDue(now: number): SQL | undefined {
  return and(sql`${accessRequests.endedAt} is null`, sql`${stateAt(now)} <> ${accessRequests.state}`)
}

/** The same as `clockTransitions`, for the database. */
function stateAt(now: number): SQL {
  const at = new Date(now).toISOString()
  const { state, workStarts, answerBy, grantFrom, grantUntil } = accessRequests
  return sql`case
    when ${state} = 'pending' and ${answerBy} <= ${at} then 'lapsed'
    when ${state} = 'active' and ${grantUntil} <= ${at} then 'ended'
    when ${state} = 'approved' and ${workStarts} = 'firstUse' and ${grantUntil} <= ${at} then 'lapsed'
    when ${state} = 'approved' and ${workStarts} = 'approval' and ${grantUntil} <= ${at} then 'ended'
    when ${state} = 'approved' and ${workStarts} = 'approval' and ${grantFrom} <= ${at} then 'active'
    else ${state} end`
}
