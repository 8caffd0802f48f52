import type { PolicyDefinition } from '@rack-gateway/rbac-policy/packages'
import { type Calendar, freezeAt } from './calendar.ts'
import type { Overrides } from './overrides.ts'

type Register = NonNullable<PolicyDefinition['register']>

interface OverrideRequest {
  readonly rack: string
  readonly reason: string
}

const body = {
  type: 'object',
  required: ['rack', 'reason'],
  additionalProperties: false,
  properties: { rack: { type: 'string', maxLength: 100 }, reason: { type: 'string', minLength: 10, maxLength: 500 } },
}

/** `POST /override` records the reason in the audit log. Then the caller can deploy during the freeze for a while. */
export function overrideRoute({ override, ...calendar }: Calendar, overrides: Overrides): Register {
  const { roles, minutes } = override
  return async function routes(scope, context) {
    scope.post<{ Body: OverrideRequest }>('/override', { schema: { body } }, async function overrideFreeze(request) {
      const { rack, reason } = request.body
      const user = context.callerOf(request, { rack, app: null })
      if (user.kind !== 'user') throw denial(403, 'Only a user with a session can override a freeze.')
      if (!user.roles.some((role) => roles.includes(role)))
        throw denial(403, `An override needs the role ${roles.join(' or ') || '(none is configured)'} on ${rack}.`)
      const at = context.clock.now()
      const freeze = freezeAt({ ...calendar, override }, rack, at)
      if (freeze === null) throw denial(409, `The rack ${rack} is not frozen, so no override is needed.`)
      const until = Math.min(at + minutes * 60_000, freeze.until)
      await context.record(request, {
        action: 'override',
        rack,
        freeze: freeze.name,
        reason,
        until: new Date(until).toISOString(),
      })
      await overrides.open(user.id, rack, until)
      return { rack, freeze: freeze.name, until: new Date(until).toISOString() }
    })
  }
}

function denial(statusCode: number, message: string): Error {
  return Object.assign(new Error(message), { statusCode })
}
