import { listed, shown } from '@rack-gateway/command-matcher'
import {
  type Judged,
  type Moment,
  type Policy,
  type Principal,
  permissionDescriptions,
} from '@rack-gateway/rbac-policy'
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
    throw refusal(unheld.rule.startsWith('condition:') ? unheld : missing({ policy, principal, endpoint }, one), hash)
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

interface Asked {
  readonly policy: Policy
  readonly principal: Principal
  readonly endpoint: CallerEndpoint
}

function missing({ policy, principal, endpoint }: Asked, permission: string): Refusal {
  const able = policy.rolesWith(permission)
  const held = (bindings: readonly { readonly role: string }[]) => [...new Set(bindings.map(({ role }) => role))]
  const mine = held(principal.bindings)
  const action = permission === endpoint.permission ? actionOf(endpoint) : allowedBy(permission)
  const who = able.length === 0 ? 'Nobody' : `Only ${listed(able.map(holdersOf))}`
  const reason = `${who} can ${action}. ${standing(principal, mine, able)}`
  return { rule: 'no-permission', source: 'bindings', reason, next: 'Ask an administrator of the gateway.' }
}

/** What the caller is instead. An able role that is held somewhere is not held everywhere, or its owner lacks it. */
function standing({ kind, owner }: Principal, mine: readonly string[], able: readonly string[]): string {
  const role = mine.find((name) => able.includes(name))
  if (role === undefined) return mine.length === 0 ? `${subject[kind]} no role.` : `${being[kind]} ${listed(mine)}.`
  const isOwners = owner?.bindings.some((binding) => able.includes(binding.role)) === false
  if (isOwners) return `${being[kind]} ${role}, but its owner is not.`
  return `${being[kind]} ${role}, but not on all racks and apps.`
}

function holdersOf(role: string): string {
  if (role === 'admin') return 'administrators'
  return role === 'auditor' ? 'auditors' : `holders of the role ${shown(role)}`
}

/** Such as `list bindings`. */
function actionOf({ method, path, permission }: CallerEndpoint): string {
  const [, things = '', id, action] = path.split('/')
  if (!plainThings.has(things)) return allowedBy(permission)
  const noun = things.replaceAll('-', ' ')
  if (action !== undefined) return `${action} ${noun}`
  if (method === 'GET') return id === undefined ? `list ${noun}` : `see ${noun}`
  return method === 'POST' ? `create ${noun}` : `${deleting[things] ?? 'delete'} ${noun}`
}

/** Those whose addresses say what is done with them. */
const plainThings: ReadonlySet<string> = new Set([
  'bindings',
  'groups',
  'service-accounts',
  'sessions',
  'tokens',
  'trusts',
  'users',
])

const deleting: Readonly<Record<string, string>> = { sessions: 'end', tokens: 'revoke', trusts: 'revoke' }

/** The list of permissions says it in words that follow "can". */
function allowedBy(permission: string): string {
  return permissionDescriptions[permission] ?? `use ${permission}`
}

const being = { user: 'You are', 'api-token': 'This token is', workload: 'This job is' } as const
const subject = { user: 'You have', 'api-token': 'This token has', workload: 'This job has' } as const

function refusal(of: Refusal, policy: string): Error {
  return refusedBy(NotPermitted, { ...of, policy })
}

export function holdsEverywhere(policy: Policy, principal: Principal, permission: string, moment: Moment): boolean {
  return policy.holds(principal, permission, everywhere, moment)
}

const noun = { user: 'A session', 'api-token': 'An API token', workload: 'A job' } as const
