import type { PlannedCall } from '@rack-gateway/convox-api/commands'
import { type Decisions, type RequestOf, readResponse, requestFor } from '@rack-gateway/gateway-api'
import { Usage } from '../errors.ts'
import type { Target } from '../target/target.ts'
import { errorFromResponse, parseGatewayError } from './gateway-error.ts'
import { askGateway } from './gateway-request.ts'

/** @throws as `askGateway` and `errorFromResponse`. For status 403, throws Usage instead, unless the user is locked. */
export async function askDecisions(
  target: Target,
  calls: readonly PlannedCall[],
  asUser: string | null,
): Promise<Decisions> {
  const { origin, token, tlsTrust } = target
  const body = {
    ...(target.rack !== null && { rack: target.rack }),
    ...(asUser !== null && { as: asUser }),
    calls: calls.map(toRequest),
  }
  const answer = await askGateway(origin, { ...requestFor('decide', { body }), token, tlsTrust })
  const decisions = answer.status === 200 ? readResponse('decide', answer.value) : null
  if (decisions !== null) return decisions
  const error = parseGatewayError(answer.value)
  if (answer.status === 403 && error !== null && error.code !== 'RGW_USER_LOCKED')
    throw new Usage(error.reason, error.remedy)
  throw errorFromResponse(origin, answer)
}

function toRequest({
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
