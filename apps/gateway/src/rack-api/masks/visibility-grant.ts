import { type Allowed, type Principal, type Visibility, visibilityOf } from '@rack-gateway/rbac-policy'
import type { FastifyInstance } from 'fastify'
import { appOf } from '../../calls/app-of.ts'
import type { RoutedCall } from '../../calls/call.ts'

/**
 * The principal whose permissions decide which values a response shows: with the grant of the decision, and with no
 * other grant, because everything that a grant shows is attributed to it.
 */
export function viewerOf({ principal, decision }: Pick<RoutedCall, 'principal' | 'decision'>): Principal {
  const { grants = [] } = principal
  return grants.length === 0
    ? principal
    : { ...principal, grants: grants.filter(({ id }) => id === decision?.grant?.id) }
}

/** Responses that are the same for every viewer. */
const withoutValues: ReadonlySet<string> = new Set(['plain', 'opaque', 'stream'])

/**
 * To show values is a use, so it also starts a grant that its first use starts.
 *
 * @returns the decision with the first grant that shows values of the response that the caller's bindings do not show
 */
export function attributeVisibility({ policy, clock }: FastifyInstance, call: RoutedCall, allowed: Allowed): Allowed {
  const { principal, rack, match, address } = call
  const { grants = [] } = principal
  if (grants.length === 0 || allowed.grant !== undefined || withoutValues.has(match.route.mask)) return allowed
  const moment = { at: clock.now(), address }
  const app = appOf(match.route, match.params)
  const scope = { rack: rack.name, app, scope: app === null ? 'rack' : 'app' } as const
  const shownWith = (kept: Principal['grants']) =>
    rankOf(visibilityOf(policy, { ...principal, grants: kept ?? [] }, scope, moment))
  const shown = shownWith([])
  const byEnd = [...grants].sort((one, other) => one.expiresAt - other.expiresAt)
  const grant = byEnd.find((one) => shownWith([{ ...one, startsWithUse: false }]) > shown)
  if (grant === undefined) return allowed
  const { id, expiresAt, startsWithUse } = grant
  return { ...allowed, grant: { id, expiresAt, startsWithUse } }
}

function rankOf({ secrets, environment }: Visibility): number {
  return (secrets ? 3 : 0) + { hidden: 0, 'secrets-hidden': 1, shown: 2 }[environment]
}
