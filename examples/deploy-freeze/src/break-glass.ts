import type { PolicyDefinition } from '@rack-gateway/rbac-policy/packages'
import type { BrokenGlass } from './broken-glass.ts'
import { type Calendar, freezeAt } from './calendar.ts'

type Register = NonNullable<PolicyDefinition['register']>

interface Broken {
  readonly rack: string
  readonly reason: string
}

const body = {
  type: 'object',
  required: ['rack', 'reason'],
  additionalProperties: false,
  properties: { rack: { type: 'string', maxLength: 100 }, reason: { type: 'string', minLength: 10, maxLength: 500 } },
}

/** `POST break-glass` lets who calls it go on in a freeze, for a while, once the reason is in the audit log. */
export function breakGlassRoutes({ breakGlass, ...calendar }: Calendar, glass: BrokenGlass): Register {
  const { roles, minutes } = breakGlass
  return async function routes(scope, context) {
    scope.post<{ Body: Broken }>('/break-glass', { schema: { body } }, async function breakGlassFor(request) {
      const { rack, reason } = request.body
      const person = context.callerOf(request, { rack, app: null })
      if (person.kind !== 'user') throw refusal(403, 'The glass is broken by a person, with a session.')
      if (!person.roles.some((role) => roles.includes(role)))
        throw refusal(
          403,
          `To break the glass on ${rack} one needs the role ${roles.join(' or ') || '(none has it)'} there.`,
        )
      const at = context.clock.now()
      const freeze = freezeAt({ ...calendar, breakGlass }, rack, at)
      if (freeze === null) throw refusal(409, `The rack ${rack} is not frozen: deploy as ever.`)
      const until = Math.min(at + minutes * 60_000, freeze.until)
      await context.record(request, {
        action: 'break-glass',
        rack,
        freeze: freeze.name,
        reason,
        until: new Date(until).toISOString(),
      })
      await glass.open(person.id, rack, until)
      return { rack, freeze: freeze.name, until: new Date(until).toISOString() }
    })
  }
}

function refusal(statusCode: number, message: string): Error {
  return Object.assign(new Error(message), { statusCode })
}
