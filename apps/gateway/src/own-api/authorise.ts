import type { Judged, Moment, Policy, Principal } from '@rack-gateway/rbac-policy'
import { NotPermitted, refusedBy } from '../errors.ts'
import type { CallerEndpoint } from './endpoints.ts'

const everywhere = { rack: '*', app: null, scope: 'rack' } as const

/** What permits a call of the own API, for its events. */
export interface OwnDecision extends Pick<Judged, 'rule' | 'source' | 'reason' | 'policy'> {
  readonly effect: 'allow'
}

/** Decides from the endpoint and the caller alone, before any of the body was read. @throws NotPermitted */
export function authorise(policy: Policy, principal: Principal, endpoint: CallerEndpoint, moment: Moment): OwnDecision {
  const { callers, scope, permission } = endpoint
  const { hash } = policy
  if (!callers.includes(principal.kind)) {
    const reason = `${noun[principal.kind]} does not ${endpoint.method} ${endpoint.path}, whatever it may do else: a person does, with a session.`
    throw refusal({ rule: 'people-only', source: 'gateway', reason, next: 'Log in, and ask with the session.' }, hash)
  }
  if (scope !== 'gateway') return { effect: 'allow', ...ownAffair, policy: hash }
  const needed = endpoint.also === undefined ? [permission] : [permission, endpoint.also]
  for (const one of needed) {
    const unheld = policy.unheld(principal, one, everywhere, moment)
    if (unheld === null) continue
    throw refusal(unheld.rule.startsWith('condition:') ? unheld : missing(policy, principal, one), hash)
  }
  return grantOf(policy, principal, permission, moment)
}

const ownAffair = { rule: 'own-affair', source: 'gateway', reason: 'It concerns what is the caller’s own.' }

/** What gives a permission that is held. One that was given one by one is no role's. */
export function grantOf(policy: Policy, principal: Principal, permission: string, moment: Moment): OwnDecision {
  const allowed = { effect: 'allow', policy: policy.hash } as const
  const able = policy.rolesWith(permission)
  const name = policy.rolesAt(principal, everywhere, moment).find((role) => able.includes(role))
  if (name === undefined)
    return { ...allowed, rule: permission, source: 'bindings', reason: `${permission} was given by itself.` }
  const source = policy.roles.get(name)?.source ?? 'bindings'
  return { ...allowed, rule: `role:${name}`, source, reason: `The role ${name} gives ${permission}.` }
}

type Refusal = NonNullable<ReturnType<Policy['unheld']>>

function missing(policy: Policy, principal: Principal, permission: string): Refusal {
  const able = policy.rolesWith(permission).join(' or ')
  const mine = [...new Set(principal.bindings.map(({ role }) => role))].join(', ') || 'nothing'
  const reason = `${permission} needs the role ${able || '(none has it)'} on all racks and apps, and a token its owner’s too; here it is ${mine}.`
  return { rule: 'no-permission', source: 'bindings', reason, next: 'Ask an administrator of the gateway.' }
}

function refusal(of: Refusal, policy: string): Error {
  return refusedBy(NotPermitted, { ...of, policy })
}

export function holdsEverywhere(policy: Policy, principal: Principal, permission: string, moment: Moment): boolean {
  return policy.holds(principal, permission, everywhere, moment)
}

const noun = { user: 'A session', 'api-token': 'An API token', workload: 'A job' } as const
