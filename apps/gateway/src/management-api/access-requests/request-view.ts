import type { AccessRequestRow, ReviewRow } from '@rack-gateway/access-requests'
import { noSuchItem } from '@rack-gateway/auth'
import type { RequestRule } from '@rack-gateway/rbac-policy'
import { decideForOthers } from '../calls/authorize.ts'
import type { PrincipalCall } from '../calls/call.ts'
import { currentRule } from './current-rule.ts'
import { findReviewers } from './reviewers.ts'

export type ViewContext = Pick<PrincipalCall, 'server' | 'principal' | 'lists' | 'requestLists' | 'moment'>

/** An access request as the caller sees it. */
export interface RequestView {
  readonly request: AccessRequestRow
  /** Oldest first. */
  readonly reviews: readonly ReviewRow[]
  /** Null if the rule or its role is gone. */
  readonly rule: RequestRule | null
  readonly isRequester: boolean
  /** Why the caller can review it by the rule in force; null if the caller cannot. */
  readonly because: string | null
  readonly hasReviewed: boolean
  readonly hasApproved: boolean
}

/** @param knownReviews the reviews, if they were read already */
export async function viewOf(
  call: ViewContext,
  request: AccessRequestRow,
  knownReviews?: readonly ReviewRow[],
): Promise<RequestView> {
  const { principal, requestLists } = call
  const rule = currentRule(call, request)
  const reviews = knownReviews ?? (await requestLists.reviews([request.id])).get(request.id) ?? []
  const isRequester = request.userId === principal.id
  const [reviewer] = rule === null || isRequester ? [] : await findReviewers(call, rule, request, principal.id)
  const own = reviews.filter(({ reviewer: { id } }) => id === principal.id)
  return {
    request,
    reviews,
    rule,
    isRequester,
    because: reviewer?.because ?? null,
    hasReviewed: own.length > 0,
    hasApproved: own.some(({ approved }) => approved),
  }
}

/** Who asked, who can review, and who has reviewed. Others need a permission. */
export function isParty({ isRequester, because, hasReviewed }: RequestView): boolean {
  return isRequester || because !== null || hasReviewed
}

/** @throws NotFound also if the caller must not learn of the access request */
export async function findVisible(call: ViewContext & Pick<PrincipalCall, 'id'>): Promise<RequestView> {
  const view = await viewOf(call, await call.requestLists.one(call.id))
  if (isParty(view) || hasPermission(call, 'gateway:access-request:read')) return view
  throw noSuchItem('access request')
}

/** Without a check of the proof, which only `canAccess` of a call makes. */
function hasPermission({ server, principal, moment }: ViewContext, permission: string): boolean {
  return decideForOthers(server.policy, principal, permission, moment).effect === 'allow'
}

/**
 * Whether the caller may see the sessions under a grant: as one of those who approved it, while they could still
 * review it.
 */
export function isWatching({ hasApproved, because }: RequestView): boolean {
  return hasApproved && because !== null
}

export function mayOf(call: ViewContext, view: RequestView): string[] {
  const { request, isRequester, because, hasReviewed, hasApproved } = view
  const isPending = request.state === 'pending'
  const isGrant = request.state === 'approved' || request.state === 'active'
  const canRevoke =
    isRequester || hasApproved || because !== null || hasPermission(call, 'gateway:access-request:revoke')
  const may = {
    review: isPending && because !== null && !hasReviewed,
    cancel: isPending && isRequester,
    revoke: isGrant && canRevoke,
    'see-recordings': isWatching(view) || hasPermission(call, 'gateway:recording:read'),
  }
  return Object.entries(may).flatMap(([name, allowed]) => (allowed ? [name] : []))
}
