import {
  type Approval,
  answerBy,
  cancelRequest,
  createRequest,
  NotRequester,
  OwnRequest,
  reviewRequest,
  revokeGrant,
} from '@rack-gateway/access-requests'
import { noSuchItem } from '@rack-gateway/auth'
import type { Endpoints } from '@rack-gateway/gateway-api'
import type { RequestRule } from '@rack-gateway/rbac-policy'
import { requestOptions } from '@rack-gateway/rbac-policy/requests'
import { NotAllowed } from '../../errors/errors.ts'
import { requireRule } from '../access-requests/current-rule.ts'
import { findVisible, isParty, type RequestView, viewOf } from '../access-requests/request-view.ts'
import { toDetails, toResponse } from '../access-requests/responses.ts'
import { findReviewers, requireReviewers } from '../access-requests/reviewers.ts'
import { runningUnder } from '../access-requests/running-items.ts'
import { assertStillAskable, readStart, readTerms, ruleFor } from '../access-requests/wanted-terms.ts'
import type { Handlers, PrincipalCall, TransactionCall } from '../calls/call.ts'
import { assertNoConvoxSession } from '../calls/convox-session.ts'
import { toEventResponse } from '../calls/event-response.ts'
import { pageRequest } from '../calls/page-request.ts'

type Names =
  | 'listRequestOptions'
  | 'previewAccessRequest'
  | 'createAccessRequest'
  | 'listAccessRequests'
  | 'getAccessRequest'
  | 'listGrantEvents'
  | 'approveAccessRequest'
  | 'denyAccessRequest'
  | 'cancelAccessRequest'
  | 'revokeGrant'

type Creation = Endpoints['createAccessRequest']
type Reviewing = Endpoints['approveAccessRequest'] | Endpoints['denyAccessRequest']
type AnyReview = Pick<
  PrincipalCall,
  'id' | 'server' | 'principal' | 'requestLists' | 'moment' | 'assertProvedByRule' | 'lists'
>

export const accessRequestHandlers: Handlers<Names> = {
  listRequestOptions({ server: { policy, clock }, principal }) {
    return {
      items: requestOptions(policy.document, principal, clock.now()).map((rule) => toOption(rule, policy.roles)),
    }
  },

  async previewAccessRequest(call) {
    const { body, principal, server } = call
    const wanted = readTerms(call, body)
    const rule = ruleFor(call, wanted, body.rule)
    const reviewers = await requireReviewers(call, rule, { ...wanted, userId: principal.id })
    return {
      rule: rule.id,
      answerBy: new Date(answerBy(rule, wanted, server.clock.now())).toISOString(),
      reviews: rule.reviews,
      reviewers: reviewers.slice(0, maxReviewers).map((one) => ({ ...one })),
    }
  },

  async createAccessRequest(outerCall) {
    await readNewRequest(outerCall)
    return outerCall.change(async function createAccessRequest(call) {
      const { terms, rule } = await readNewRequest(call)
      const { transaction, principal, server } = call
      const requester = { id: principal.id }
      const id = await createRequest(transaction, { requester, rule, terms, now: server.clock.now() })
      return detailsAfter(call, id)
    })
  },

  async listAccessRequests(call) {
    const { query, principal, requestLists, canAccess } = call
    const { view = 'own', state } = query
    if (view === 'all' && !canAccess(false)) throw notAllToSee()
    const filters = {
      own: { user: principal.id, state },
      waiting: { exceptUser: principal.id, state: 'pending' },
      all: { state },
    } as const
    const { items, next } = await requestLists.page(pageRequest(query), filters[view])
    const reviews = await requestLists.reviews(items.map(({ id }) => id))
    const views: RequestView[] = []
    for (const row of items) views.push(await viewOf(call, row, reviews.get(row.id)))
    const shown = views.filter((one) => view !== 'waiting' || isWaiting(one))
    return { items: shown.map((one) => toResponse(call, one)), next }
  },

  async getAccessRequest(call) {
    const view = await findForCaller(call)
    return withRunning(call, await toDetails(call, view))
  },

  /** A read by another user is recorded before the response is sent. */
  async listGrantEvents(call) {
    const { id, query, auditLog, record } = call
    const { limit = 50, cursor } = query
    const { isRequester } = await findForCaller(call)
    const page = auditLog.grantEvents(id, { limit, cursor })
    page.catch(() => undefined)
    if (!isRequester)
      await record({
        kind: 'access-request.read',
        detail: { accessRequest: id, page: cursor === undefined ? 'first' : 'next' },
      })
    const { items, next } = await page
    return { items: items.map((found) => toEventResponse(found, call)), next }
  },

  async approveAccessRequest(outerCall) {
    await checkReviewer(outerCall, requireProof)
    return outerCall.change(async function approveAccessRequest(call) {
      const { rule, because, view } = await checkReviewer(call, requireProof)
      const { request } = view
      const { racks, apps, seconds, startsAt } = call.body
      const granted = {
        racks: racks ?? request.racks,
        apps: apps ?? request.apps,
        seconds: seconds ?? request.seconds,
      }
      await assertStillAskable(call, { ...request, ...granted }, { db: call.transaction.tx })
      const approval = {
        ...(racks !== undefined && { racks }),
        ...(apps !== undefined && { apps }),
        ...(seconds !== undefined && { seconds }),
        ...(startsAt !== undefined && { startsAt: readStart(startsAt) ?? 0 }),
      }
      const reviewers = new Set((await findReviewers(call, rule, request)).map(({ id }) => id))
      await review(call, { rule, because, approval, isStillReviewer: (id) => reviewers.has(id) })
      return detailsAfter(call, call.id)
    })
  },

  denyAccessRequest: (outerCall) =>
    outerCall.change(async function denyAccessRequest(call) {
      const { rule, because } = await checkReviewer(call)
      await review(call, { rule, because, approval: null })
      return detailsAfter(call, call.id)
    }),

  cancelAccessRequest: (outerCall) =>
    outerCall.change(async function cancelAccessRequest(call) {
      const { isRequester } = await findVisible(call)
      if (!isRequester) throw new NotRequester()
      await cancelRequest(call.transaction, call.id, { now: call.server.clock.now() })
      return detailsAfter(call, call.id)
    }),

  async revokeGrant(outerCall) {
    const details = await outerCall.change(async function revoke(call) {
      const { id, principal, server, body, transaction, canAccess } = call
      const view = await viewOf(call, await call.requestLists.one(id))
      const { isRequester, hasApproved, because } = view
      if (!canAccess(isRequester || hasApproved || because !== null)) {
        await findVisible(call)
        throw cannotRevoke()
      }
      const by = { id: principal.id, name: principal.name }
      await revokeGrant(transaction, id, { by, note: body.note ?? null, now: server.clock.now() })
      return detailsAfter(call, id)
    })
    return withRunning(outerCall, details)
  },
}

function toOption(
  { id, role, racks, apps, longest, answerWithin, workStarts, reason, reviews }: RequestRule,
  roles: PrincipalCall['server']['policy']['roles'],
) {
  return {
    rule: id,
    role,
    roleDescription: roles.get(role)?.description ?? '',
    racks: [...racks],
    apps: [...apps],
    longestSeconds: longest / 1_000,
    answerWithinSeconds: answerWithin / 1_000,
    workStarts,
    reason: reason && { ...reason },
    reviews,
  }
}

/** Users that one response names, at most. */
const maxReviewers = 100

/**
 * Also checks the proof of who asks, if the rule approves automatically.
 *
 * @throws NotAllowed, NoReviewers, ProofByRuleNeeded
 */
async function readNewRequest(call: PrincipalCall<Creation> | TransactionCall<Creation>) {
  const { body, principal } = call
  const terms = readTerms(call, body)
  const rule = ruleFor(call, terms, body.rule)
  await requireReviewers(call, rule, { ...terms, userId: principal.id })
  if (rule.reviews === 0) await requireProof(call, rule)
  return { terms, rule }
}

/** A session of the stock CLI is denied first, because the user would give a proof that does not help. */
async function requireProof(
  { principal, lists, assertProvedByRule }: Pick<PrincipalCall, 'principal' | 'lists' | 'assertProvedByRule'>,
  rule: RequestRule,
): Promise<void> {
  if (rule.stepUp !== null) await assertNoConvoxSession({ principal, lists })
  assertProvedByRule(rule)
}

interface Authority {
  readonly view: RequestView
  readonly rule: RequestRule
  /** Why the caller can review. */
  readonly because: string
}

/** @throws NotFound, OwnRequest, RequestRuleChanged, NotAllowed, and the errors of `check` */
async function checkReviewer(
  call: AnyReview,
  check: (call: AnyReview, rule: RequestRule) => Promise<void> = async () => undefined,
): Promise<Authority> {
  const view = await findVisible(call)
  const { request, isRequester, because } = view
  if (isRequester) throw new OwnRequest()
  const rule = requireRule(call, request)
  if (because === null) throw cannotReview(rule)
  if (request.state === 'pending') await check(call, rule)
  return { view, rule, because }
}

interface Review {
  readonly rule: RequestRule
  readonly because: string
  readonly approval: Approval | null
  readonly isStillReviewer?: (id: string) => boolean
}

async function review(
  { transaction, id, principal, server, body }: TransactionCall<Reviewing>,
  terms: Review,
): Promise<void> {
  const reviewer = { id: principal.id, email: principal.name }
  const now = server.clock.now()
  await reviewRequest(transaction, id, { ...terms, reviewer, now, note: body.note ?? null })
}

/** Asks racks, so it must not run in a transaction. */
async function withRunning<D extends { readonly grant: object | null }>(
  { server, id }: Pick<PrincipalCall, 'server' | 'id'>,
  details: D,
) {
  return details.grant === null ? details : { ...details, running: await runningUnder(server, id) }
}

async function detailsAfter(call: Parameters<typeof toDetails>[0], id: string) {
  return toDetails(call, await viewOf(call, await call.requestLists.one(id)))
}

/** @throws NotFound also if the caller must not learn of the access request */
async function findForCaller(call: PrincipalCall): Promise<RequestView> {
  const view = await viewOf(call, await call.requestLists.one(call.id))
  if (call.canAccess(isParty(view))) return view
  throw noSuchItem('access request')
}

function isWaiting({ request, because, hasReviewed }: RequestView): boolean {
  return request.state === 'pending' && because !== null && !hasReviewed
}

function notAllToSee(): Error {
  return new NotAllowed(
    'You can list only your own access requests, and those that you can review, unless you have the permission gateway:access-request:read.',
    'Ask an administrator of the gateway for it.',
    { rule: 'no-permission' },
  )
}

function cannotReview({ id, reviewers }: RequestRule): Error {
  const subjects = reviewers.map(({ kind, name }) => `${kind}:${name}`).join(', ')
  return new NotAllowed(
    `You cannot review this access request now. By the request rule ${id}, its reviewers are ${subjects}, but never who asked, and nobody without the second factor that the rule requires.`,
    'Ask one of its reviewers. A change of your groups counts from your next login.',
    { rule: 'not-reviewer' },
  )
}

function cannotRevoke(): Error {
  return new NotAllowed(
    'You cannot revoke this grant. Only its user, its reviewers, and users with the permission gateway:access-request:revoke can.',
    'Ask one of them.',
    { rule: 'no-permission' },
  )
}
