import type { PlannedCall } from '@rack-gateway/convox-api/commands'
import { type Static, Type } from 'typebox'
import { Value } from 'typebox/value'
import { Usage } from '../errors.ts'
import { Nullable } from '../nullable.ts'
import type { Target } from '../target/target.ts'
import { errorIn, refusalOf } from './gateway-refusal.ts'
import { askGateway } from './gateway-request.ts'

const open = { additionalProperties: true } as const

const Decision = Type.Object(
  {
    effect: Type.Union([Type.Literal('allow'), Type.Literal('deny'), Type.Literal('needs')]),
    rule: Type.String(),
    source: Type.String(),
    permission: Type.String(),
    reason: Type.String(),
    next: Type.Optional(Type.String()),
    requirement: Type.Optional(Type.Union([Type.Literal('step-up'), Type.Literal('approval')])),
  },
  open,
)

/** What the gateway says: the same objects as in its events, of which the rest is passed on as it came. */
export const Decisions = Type.Object({
  rack: Type.String(),
  policy: Type.String(),
  caller: Type.Object({ kind: Type.String(), name: Type.String() }, open),
  decisions: Type.Array(
    Type.Object(
      {
        route: Type.String(),
        decision: Decision,
        when: Nullable(Type.String()),
        otherwise: Nullable(Type.Object({ when: Type.String(), decision: Decision })),
      },
      open,
    ),
  ),
})
export type Decisions = Static<typeof Decisions>

/**
 * Asks the gateway what calls would come to.
 *
 * @throws as `callGateway`; Refused for a user who is locked, and so may nothing; Usage where the question itself is refused, which says nothing of the calls
 */
export async function askDecisions(
  target: Target,
  calls: readonly PlannedCall[],
  as: string | null,
): Promise<Decisions> {
  const { origin, token, trust } = target
  const body = {
    ...(target.rack !== null && { rack: target.rack }),
    ...(as !== null && { as }),
    calls: calls.map(asked),
  }
  const answer = await askGateway(origin, { path: '/policy/decisions', body, token, trust })
  if (answer.status === 200 && Value.Check(Decisions, answer.value)) return answer.value
  const error = errorIn(answer.value)
  if (answer.status === 403 && error !== null && error.code !== 'RGW_USER_LOCKED')
    throw new Usage(error.reason, error.remedy)
  throw refusalOf(origin, answer)
}

function asked({ route, app, params, parameters, command, process, release, environment }: PlannedCall): object {
  const rest = { params, parameters, command, process, release, environment }
  return { route: route.id, ...(app !== null && { app }), ...rest }
}
