import type { PlannedCall } from '@rack-gateway/convox-api/commands'
import { type Decisions, type RequestOf, readResponse, requestFor } from '@rack-gateway/gateway-api'
import { Usage } from '../errors.ts'
import type { Target } from '../target/target.ts'
import { errorIn, refusalOf } from './gateway-refusal.ts'
import { askGateway } from './gateway-request.ts'

/**
 * Asks the gateway what calls would come to.
 *
 * @throws as `callGateway`; Refused for a user who is locked, and so has no permissions; Usage when the gateway rejects the request itself
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
  const answer = await askGateway(origin, { ...requestFor('decide', { body }), token, trust })
  const decisions = answer.status === 200 ? readResponse('decide', answer.value) : null
  if (decisions !== null) return decisions
  const error = errorIn(answer.value)
  if (answer.status === 403 && error !== null && error.code !== 'RGW_USER_LOCKED')
    throw new Usage(error.reason, error.remedy)
  throw refusalOf(origin, answer)
}

function asked({
  route,
  app,
  params,
  parameters,
  command,
  process,
  release,
  environment,
}: PlannedCall): RequestOf<'decide'>['body']['calls'][number] {
  const rest = { params, parameters, command, process, release, environment }
  return { route: route.id, ...(app !== null && { app }), ...rest }
}
