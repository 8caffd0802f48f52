import type { Binding } from '../model/types.ts'
import type { RequestRule, RequestSubject } from '../policy-document/policy-document.ts'
import { containsAll, isLiveBinding, type RequestedScope } from './asker.ts'

/** A user with the facts that decide who can review. */
export interface ReviewerCandidate extends RequestPerson {
  readonly isLocked: boolean
  readonly hasSecondFactor: boolean
  /** Of the last login. */
  readonly groups: readonly string[]
  /** The bindings of the user and of the user's groups. Grants are not among them. */
  readonly bindings: readonly ReviewerBinding[]
}

export interface ReviewerBinding extends Pick<Binding, 'role' | 'racks' | 'apps' | 'expiresAt'> {
  /** The ID of the user who created the binding; null if no user did. */
  readonly createdBy: string | null
}

/** A user. The subject is the `sub` that the identity provider gave. */
export interface RequestPerson {
  readonly id: string
  readonly email: string
  readonly subject: string
}

export interface RequestReviewer {
  readonly id: string
  readonly email: string
  /** Why the user can review, such as `group:leads`. */
  readonly because: string
}

/**
 * The users who can review an access request, in the order of the candidates. Nobody reviews their own request, nor the
 * request of another account that can be theirs. A grant or a binding that the requester created makes nobody a reviewer.
 *
 * @param now milliseconds since the epoch
 */
export function reviewersFor(
  rule: Pick<RequestRule, 'reviewers' | 'stepUp'>,
  request: RequestedScope,
  requester: RequestPerson,
  { candidates, now }: { readonly candidates: readonly ReviewerCandidate[]; readonly now: number },
): RequestReviewer[] {
  const needsFactor = rule.stepUp !== null && rule.stepUp.level !== null
  return candidates.flatMap((candidate): RequestReviewer[] => {
    if (candidate.isLocked || isSamePerson(candidate, requester)) return []
    if (needsFactor && !candidate.hasSecondFactor) return []
    const subject = rule.reviewers.find((one) => isReviewer(one, candidate, { request, requester, now }))
    if (subject === undefined) return []
    const { id, email } = candidate
    return [{ id, email, because: `${subject.kind}:${subject.name}` }]
  })
}

/** Two accounts of different identity providers can belong to one person. */
function isSamePerson(one: RequestPerson, other: RequestPerson): boolean {
  return one.id === other.id || one.email.toLowerCase() === other.email.toLowerCase() || one.subject === other.subject
}

interface ReviewQuestion {
  readonly request: RequestedScope
  readonly requester: RequestPerson
  readonly now: number
}

function isReviewer(
  { kind, name }: RequestSubject,
  candidate: ReviewerCandidate,
  { request, requester, now }: ReviewQuestion,
): boolean {
  if (kind === 'group') return candidate.groups.includes(name)
  if (kind === 'user') return candidate.email.toLowerCase() === name.toLowerCase()
  return candidate.bindings.some(
    (binding) =>
      binding.role === name &&
      binding.createdBy !== requester.id &&
      isLiveBinding(binding, now) &&
      containsAll(binding, request),
  )
}
