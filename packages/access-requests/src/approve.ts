import type { Change } from '@rack-gateway/auth/store'
import type { RequestRule } from '@rack-gateway/rbac-policy'
import { NothingGranted } from './errors.ts'
import { transitions } from './states.ts'
import { type LockedRequest, makeTransition, type StoredRequest, startAt, systemAuthor } from './stored-request.ts'
import { type CommonTerms, type GrantTerms, intersectTerms } from './terms.ts'

export interface Approved {
  readonly rule: RequestRule
  /** What each review allows, if not all that was asked for. */
  readonly reviews: readonly GrantTerms[]
  readonly now: number
  readonly by: 'rule' | 'reviewer'
  readonly detail?: Readonly<Record<string, string | null>>
}

/** Approves a pending request. If its grant starts with the approval, starts it in the same transaction. */
export async function approve(change: Change, locked: LockedRequest, { by, detail, ...approved }: Approved) {
  const { rule, now } = approved
  const grant = grantOf(locked.request, approved)
  const columns = {
    decidedAt: new Date(now),
    workStarts: rule.workStarts,
    grantedRacks: [...grant.racks],
    grantedApps: [...grant.apps],
    grantedSeconds: grant.seconds,
    grantFrom: new Date(grant.from),
    grantUntil: new Date(grant.until),
  }
  const request = await makeTransition(change, locked, transitions.approve, {
    columns,
    ...(by === 'rule' && { by: systemAuthor }),
    detail: {
      approvedBy: by === 'rule' ? 'rule' : 'reviewers',
      from: columns.grantFrom.toISOString(),
      [rule.workStarts === 'firstUse' ? 'firstUseBy' : 'until']: columns.grantUntil.toISOString(),
      ...detail,
    },
  })
  if (rule.workStarts === 'approval' && grant.from <= now) await startAt(change, { ...locked, request }, grant.from)
}

/** What the request, its rule, and all reviews allow. @throws NothingGranted */
export function grantOf(request: StoredRequest, { rule, reviews, now }: Pick<Approved, 'rule' | 'reviews' | 'now'>) {
  const terms = intersectTerms([
    termsOf(request),
    { ...rule, seconds: rule.longest / 1_000, startsAt: null },
    ...reviews,
  ])
  const { racks, apps } = terms
  if (racks.length === 0) throw new NothingGranted('no rack is left')
  if (apps.length === 0) throw new NothingGranted('no app is left')
  return { racks, apps, ...timesOf(terms, rule, now) }
}

/** If the first use starts the work, an earlier end of the requested time does not count: no time runs before. */
function timesOf({ seconds, startsAt, endsAt }: CommonTerms, { workStarts, longest }: RequestRule, now: number) {
  const from = Math.max(now, startsAt ?? now)
  if (workStarts === 'firstUse') return { seconds: Math.floor(seconds), from, until: from + longest }
  const until = Math.min(from + seconds * 1_000, endsAt ?? Number.POSITIVE_INFINITY)
  const left = Math.floor((until - from) / 1_000)
  if (left < 1) throw new NothingGranted('no time is left')
  return { seconds: left, from, until: from + left * 1_000 }
}

export function termsOf({ racks, apps, seconds, startsAt }: StoredRequest): GrantTerms {
  return { racks, apps, seconds, startsAt: startsAt?.getTime() ?? null }
}
