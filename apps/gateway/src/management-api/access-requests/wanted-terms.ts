import { findUserPrincipal } from '@rack-gateway/auth/store'
import type { Denial } from '@rack-gateway/errors'
import type { Endpoints } from '@rack-gateway/gateway-api'
import type { RequestRule } from '@rack-gateway/rbac-policy'
import { findRequestRule } from '@rack-gateway/rbac-policy/requests'
import { readTime } from '@rack-gateway/time'
import { denialError, invalid, NotAllowed, RequestOutdated } from '../../errors/errors.ts'
import { assertRackExists } from '../bindings/rack-names.ts'
import type { PrincipalCall } from '../calls/call.ts'

export interface WantedTerms {
  readonly role: string
  readonly racks: readonly string[]
  readonly apps: readonly string[]
  readonly seconds: number
  /** Milliseconds since the epoch. */
  readonly startsAt: number | null
  readonly reason: string
  readonly extends: string | null
}

type Context = Pick<PrincipalCall, 'server' | 'principal' | 'moment'>

/** @throws InvalidRequest for an invalid time or an unknown rack */
export function readTerms(call: Context, body: PrincipalCall<Endpoints['createAccessRequest']>['body']): WantedTerms {
  const { role, racks, apps = ['*'], seconds, reason, extends: extended = null } = body
  for (const rack of racks) if (!rack.includes('*')) assertRackExists(call, rack)
  return { role, racks, apps, seconds, startsAt: readStart(body.startsAt), reason, extends: extended }
}

/** @throws InvalidRequest */
export function readStart(text: string | undefined): number | null {
  if (text === undefined) return null
  const at = readTime(text)
  if (at !== null) return at
  throw invalid('`startsAt` is not a time in UTC.', 'Use a time such as 2027-01-31T12:00:00Z.')
}

/** The rule that lets the caller ask. @throws NotAllowed with what no rule allows */
export function ruleFor(
  { server: { policy, clock }, principal }: Context,
  wanted: WantedTerms,
  rule?: string,
): RequestRule {
  const found = findRequestRule(policy.document, principal, { ...wanted, rule }, clock.now())
  if (isRule(found)) return found
  throw denialError(NotAllowed, { ...found, policy: policy.hash })
}

function isRule(found: RequestRule | Denial): found is RequestRule {
  return 'from' in found
}

interface Judged extends Omit<WantedTerms, 'startsAt' | 'extends'> {
  readonly userId: string
  readonly rule: string
}

/**
 * Judges an access request anew: whether the rule in force still lets its user ask for what a review allows.
 *
 * @throws RequestOutdated; UserLocked if the user is locked
 */
export async function assertStillAskable(
  { server: { policy, clock } }: Context,
  { userId, ...wanted }: Judged,
  database: Parameters<typeof findUserPrincipal>[0],
): Promise<void> {
  const now = clock.now()
  const requester = await findUserPrincipal(database, userId, now)
  const found = findRequestRule(policy.document, requester, wanted, now)
  if (isRule(found)) return
  throw new RequestOutdated(
    `The policy no longer lets ${requester.name} ask for this. ${found.reason}`,
    'Nothing was changed. Deny the access request, or grant less.',
  )
}
