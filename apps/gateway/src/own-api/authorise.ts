import type { Moment, Policy, Principal } from '@rack-gateway/rbac-policy'
import { NotPermitted, ruled } from '../errors.ts'
import type { CallerEndpoint } from './endpoints.ts'

const everywhere = { rack: '*', app: null, scope: 'rack' } as const

/** Decides from the endpoint and the caller alone, before any of the body was read. @throws NotPermitted */
export function authorise(policy: Policy, principal: Principal, endpoint: CallerEndpoint, moment: Moment): void {
  const { callers, scope, permission } = endpoint
  if (!callers.includes(principal.kind)) {
    throw ruled(
      new NotPermitted(
        `${noun[principal.kind]} does not ${endpoint.method} ${endpoint.path}, whatever it may do else: a person does, with a session (rule people-only)`,
      ),
      'people-only',
    )
  }
  if (scope !== 'gateway') return
  const needed = endpoint.also === undefined ? [permission] : [permission, endpoint.also]
  const missing = needed.find((one) => !holdsEverywhere(policy, principal, one, moment))
  if (missing === undefined) return
  const able = policy.rolesWith(missing).join(' or ')
  const mine = [...new Set(principal.bindings.map(({ role }) => role))].join(', ') || 'nothing'
  const sentence = `${missing} needs the role ${able || '(none has it)'} on all racks and apps, and a token its owner’s too; here it is ${mine}. Ask an administrator of the gateway (rule no-permission)`
  throw ruled(new NotPermitted(sentence), 'no-permission')
}

export function holdsEverywhere(policy: Policy, principal: Principal, permission: string, moment: Moment): boolean {
  return policy.holds(principal, permission, everywhere, moment)
}

const noun = { user: 'A session', 'api-token': 'An API token', workload: 'A job' } as const
