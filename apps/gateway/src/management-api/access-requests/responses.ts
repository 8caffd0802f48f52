import type { AccessRequestRow, ReviewRow } from '@rack-gateway/access-requests'
import { formatTime } from '../calls/format-time.ts'
import { toLiveCallResponse } from '../calls/live-call-response.ts'
import { mayOf, type RequestView, type ViewContext } from './request-view.ts'
import { findReviewers } from './reviewers.ts'

export function toResponse(call: ViewContext, view: RequestView) {
  const { request, reviews, rule } = view
  const { id, userId, email, state, startsAt, createdAt, answerBy, decidedAt, workStarts } = request
  return {
    id,
    rule: request.rule,
    user: { id: userId, email },
    role: request.role,
    racks: [...request.racks],
    apps: [...request.apps],
    seconds: request.seconds,
    startsAt: formatTime(startsAt),
    reason: request.reason,
    extends: request.extends,
    createdAt: createdAt.toISOString(),
    answerBy: answerBy.toISOString(),
    state,
    workStarts,
    neededReviews: rule?.reviews ?? reviews.length,
    reviews: reviews.map(toReview),
    decidedAt: formatTime(decidedAt),
    grant: toGrant(request),
    ended: toEnd(request),
    may: mayOf(call, view),
  }
}

/** Users and live calls that one response names, at most. */
const maxNamed = 100

export async function toDetails(call: ViewContext, view: RequestView) {
  const { request, rule } = view
  const reviewers = request.state === 'pending' && rule !== null ? await findReviewers(call, rule, request) : []
  const { items } = await call.lists.liveCallsUnder(request.id, { limit: maxNamed })
  return {
    ...toResponse(call, view),
    reviewers: reviewers.slice(0, maxNamed).map((one) => ({ ...one })),
    live: items.map((row) => toLiveCallResponse(row, call.principal)),
    running: [],
  }
}

function toReview({ reviewer, approved, because, note, racks, apps, seconds, startsAt, at }: ReviewRow) {
  return {
    reviewer: { ...reviewer },
    approved,
    because,
    note,
    racks: racks && [...racks],
    apps: apps && [...apps],
    seconds,
    startsAt: formatTime(startsAt),
    at: at.toISOString(),
  }
}

function toGrant(request: AccessRequestRow) {
  const { grantedRacks, grantedApps, grantedSeconds, grantFrom, grantUntil, startedAt } = request
  if (grantedRacks === null || grantedApps === null || grantedSeconds === null) return null
  if (grantFrom === null || grantUntil === null) return null
  return {
    racks: [...grantedRacks],
    apps: [...grantedApps],
    seconds: grantedSeconds,
    from: grantFrom.toISOString(),
    until: grantUntil.toISOString(),
    startedAt: formatTime(startedAt),
  }
}

function toEnd({ endedAt, endedBy, endedByName, endNote }: AccessRequestRow) {
  if (endedAt === null) return null
  const by = endedBy === null ? null : { id: endedBy, name: endedByName ?? '' }
  return { at: endedAt.toISOString(), by, note: endNote }
}
