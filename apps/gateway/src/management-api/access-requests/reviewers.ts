import type { Candidate } from '@rack-gateway/access-requests'
import { type RequestReviewer, type RequestRule, type ReviewerCandidate, reviewersFor } from '@rack-gateway/rbac-policy'
import { NoReviewers } from '../../errors/errors.ts'
import type { PrincipalCall } from '../calls/call.ts'

/** What the choice of reviewers depends on, besides the rule. */
export interface ReviewedTerms {
  readonly userId: string
  readonly racks: readonly string[]
  readonly apps: readonly string[]
}

type Context = Pick<PrincipalCall, 'server' | 'lists' | 'requestLists'>

/**
 * The users who can review now: by the rule in force, the groups of their last login, and their own bindings.
 *
 * @param only the ID of the only user to look at
 */
export async function findReviewers(
  { server, lists, requestLists }: Context,
  rule: RequestRule,
  request: ReviewedTerms,
  only?: string,
): Promise<readonly RequestReviewer[]> {
  if (rule.reviews === 0) return []
  const requester = await lists.person(request.userId)
  const candidates = (await requestLists.candidates(rule, only)).map(toCandidate)
  return reviewersFor(rule, request, requester, { candidates, now: server.clock.now() })
}

function toCandidate({ lockedAt, ...candidate }: Candidate): ReviewerCandidate {
  return { ...candidate, isLocked: lockedAt !== null }
}

/** @throws NoReviewers if fewer users can review than the rule needs */
export async function requireReviewers(
  call: Context,
  rule: RequestRule,
  request: ReviewedTerms,
): Promise<readonly RequestReviewer[]> {
  const reviewers = await findReviewers(call, rule, request)
  if (reviewers.length >= rule.reviews) return reviewers
  throw await noReviewers(call, rule, { request, reviewers })
}

interface Lack {
  readonly request: ReviewedTerms
  readonly reviewers: readonly RequestReviewer[]
}

async function noReviewers(call: Context, rule: RequestRule, { request, reviewers }: Lack): Promise<Error> {
  const withFactors = await findReviewers(call, { ...rule, stepUp: null }, request)
  const withoutFactor = withFactors.filter(({ id }) => reviewers.every((one) => one.id !== id))
  const subjects = rule.reviewers.map(({ kind, name }) => `${kind}:${name}`).join(', ')
  const found = reviewers.length === 0 ? 'nobody' : reviewers.map(({ email }) => email).join(', ')
  const needed = rule.reviews === 1 ? 'a review' : `${rule.reviews} reviews`
  const missing = withoutFactor.map(({ email }) => `${email} has no second factor, which the rule requires.`)
  const reason = `The request rule ${rule.id} needs ${needed} by ${subjects}, and of these, ${found} can review this access request: who asks never can.`
  const remedy =
    missing.length > 0 ? 'A reviewer without a second factor can add one.' : 'Ask an administrator of the gateway.'
  return new NoReviewers([reason, ...missing.slice(0, maxNamed)].join(' '), remedy)
}

const maxNamed = 5
