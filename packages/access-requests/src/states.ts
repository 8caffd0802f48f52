import type { IdentityEvent } from '@rack-gateway/auth'
import type { AccessRequestState } from '@rack-gateway/database'

/** Who makes a transition: users, the request rule, the first call under the grant, or the clock. */
export type TransitionAuthor = 'requester' | 'reviewer' | 'rule' | 'revoker' | 'first use' | 'clock'

export interface Transition {
  /** Null for a new access request. */
  readonly from: AccessRequestState | null
  readonly to: AccessRequestState
  readonly by: readonly TransitionAuthor[]
  readonly event: Extract<IdentityEvent['kind'], `access-request.${string}`>
  /** Completes the sentence "The access request changes when …". */
  readonly when: string
}

/** Every transition of an access request. The store makes no other, and the documentation shows this table. */
export const transitions = {
  create: {
    from: null,
    to: 'pending',
    by: ['requester'],
    event: 'access-request.created',
    when: 'a user asks for a role',
  },
  review: {
    from: 'pending',
    to: 'pending',
    by: ['reviewer'],
    event: 'access-request.reviewed',
    when: 'a reviewer approves, and the rule requires more reviews',
  },
  approve: {
    from: 'pending',
    to: 'approved',
    by: ['reviewer', 'rule'],
    event: 'access-request.approved',
    when: 'the last required reviewer approves, or the rule approves automatically',
  },
  deny: {
    from: 'pending',
    to: 'denied',
    by: ['reviewer'],
    event: 'access-request.denied',
    when: 'one reviewer denies',
  },
  cancel: {
    from: 'pending',
    to: 'canceled',
    by: ['requester'],
    event: 'access-request.canceled',
    when: 'the requester cancels',
  },
  lapseUnanswered: {
    from: 'pending',
    to: 'lapsed',
    by: ['clock'],
    event: 'access-request.lapsed',
    when: 'the time for reviews ends',
  },
  start: {
    from: 'approved',
    to: 'active',
    by: ['clock', 'first use'],
    event: 'access-request.started',
    when: 'the start is reached, or, if the rule says so, at the first use',
  },
  lapseUnused: {
    from: 'approved',
    to: 'lapsed',
    by: ['clock'],
    event: 'access-request.lapsed',
    when: 'the time for the first use ends',
  },
  revokeApproved: {
    from: 'approved',
    to: 'revoked',
    by: ['requester', 'reviewer', 'revoker'],
    event: 'access-request.revoked',
    when: 'the requester, a reviewer, or an administrator revokes the grant before its start',
  },
  end: {
    from: 'active',
    to: 'ended',
    by: ['clock'],
    event: 'access-request.ended',
    when: 'the working time ends',
  },
  revokeActive: {
    from: 'active',
    to: 'revoked',
    by: ['requester', 'reviewer', 'revoker'],
    event: 'access-request.revoked',
    when: 'the requester, a reviewer, or an administrator revokes the grant',
  },
} as const satisfies Record<string, Transition>

/** In these states nothing can happen anymore. */
export const finalStates: readonly AccessRequestState[] = ['denied', 'canceled', 'lapsed', 'ended', 'revoked']

/** The columns that the clock depends on. */
export interface TimedRequest {
  readonly state: AccessRequestState
  readonly workStarts: 'approval' | 'firstUse'
  readonly answerBy: Date
  readonly grantFrom: Date | null
  readonly grantUntil: Date | null
}

export interface ClockTransition {
  readonly transition: Transition & { readonly by: readonly string[] }
  /** When the clock made the transition: earlier than now if no sweep has stored it. */
  readonly at: Date
}

/** The transitions that the clock has made since the state was stored, in order. */
export function clockTransitions(request: TimedRequest, now: number): readonly ClockTransition[] {
  const { state, workStarts, answerBy, grantFrom, grantUntil } = request
  const isReached = (time: Date | null): time is Date => time !== null && now >= time.getTime()
  if (state === 'pending') return isReached(answerBy) ? [{ transition: transitions.lapseUnanswered, at: answerBy }] : []
  if (state === 'active') return isReached(grantUntil) ? [{ transition: transitions.end, at: grantUntil }] : []
  if (state !== 'approved') return []
  if (workStarts === 'firstUse')
    return isReached(grantUntil) ? [{ transition: transitions.lapseUnused, at: grantUntil }] : []
  if (!isReached(grantFrom)) return []
  const start = { transition: transitions.start, at: grantFrom }
  return isReached(grantUntil) ? [start, { transition: transitions.end, at: grantUntil }] : [start]
}
