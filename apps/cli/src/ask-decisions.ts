import type { PlannedCall } from '@rack-gateway/convox-api/commands'
import { type Static, Type } from 'typebox'
import { Value } from 'typebox/value'
import { GatewayUnreachable, Refused, TokenRefused, Usage } from './errors.ts'
import { deadlineMs, failure, sentenceOf } from './gateway-client.ts'
import { bodyOf, headersWith, parsed } from './gateway-request.ts'
import type { Target } from './target.ts'
import { printable } from './terminal.ts'

const Nullable = <T extends Parameters<typeof Type.Array>[0]>(schema: T) => Type.Union([schema, Type.Null()])

const Decision = Type.Object({
  effect: Type.Union([Type.Literal('allow'), Type.Literal('deny'), Type.Literal('needs')]),
  rule: Type.String(),
  source: Type.String(),
  permission: Type.String(),
  reason: Type.String(),
  next: Type.Optional(Type.String()),
  requirement: Type.Optional(Type.Union([Type.Literal('step-up'), Type.Literal('approval')])),
})

/** What the gateway says: the same objects as in its events, of which the rest is passed on as it came. */
export const Decisions = Type.Object({
  rack: Type.String(),
  policy: Type.String(),
  caller: Type.Object({ kind: Type.String(), name: Type.String() }),
  decisions: Type.Array(
    Type.Object({
      route: Type.String(),
      decision: Decision,
      when: Nullable(Type.String()),
      otherwise: Nullable(Type.Object({ when: Type.String(), decision: Decision })),
    }),
  ),
})
export type Decisions = Static<typeof Decisions>

/** Whoever is locked may nothing: an answer, not a question that can't be answered. */
const Locked = Type.Object({ code: Type.Literal('RGW_USER_LOCKED') })

/** Asks the gateway what calls would come to. @throws TokenRefused, Refused where nothing of theirs is allowed, Usage, GatewayUnreachable */
export async function askDecisions(
  target: Target,
  calls: readonly PlannedCall[],
  as: string | null,
): Promise<Decisions> {
  const { status, body } = await post(target, {
    ...(target.rack !== null && { rack: target.rack }),
    ...(as !== null && { as }),
    calls: calls.map(asked),
  })
  const answer = parsed(body)
  if (status === 200 && Value.Check(Decisions, answer)) return answer
  const said = printable(sentenceOf(answer) ?? `it answered with status ${status}, and not as a Rack Gateway does`)
  if (status === 401) throw new TokenRefused(`${target.origin} refused the token: ${said}`)
  if (as !== null && Value.Check(Locked, answer)) throw new Refused(`refused, as ${as}: ${said}`)
  if (status >= 400 && status < 500) throw new Usage(said)
  throw new GatewayUnreachable(`${target.origin} could not decide: ${said}`)
}

function asked({ route, app, params, parameters, command, process, release, environment }: PlannedCall): object {
  const rest = { params, parameters, command, process, release, environment }
  return { route: route.id, ...(app !== null && { app }), ...rest }
}

async function post({ origin, token }: Target, body: object): Promise<{ status: number; body: string }> {
  try {
    const answer = await fetch(`${origin}/gateway/api/v1/policy/decisions`, {
      method: 'POST',
      headers: { ...headersWith(token), 'content-type': 'application/json' },
      body: JSON.stringify(body),
      redirect: 'manual',
      signal: AbortSignal.timeout(deadlineMs),
    })
    return { status: answer.status, body: (await bodyOf(answer)) ?? '' }
  } catch (error) {
    throw new GatewayUnreachable(
      `${origin} could not be asked: ${printable(failure(error))}; check the address and the network`,
    )
  }
}
