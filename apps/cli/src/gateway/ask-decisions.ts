import type { PlannedCall } from '@rack-gateway/convox-api/commands'
import { type Decisions, readResponse, requestFor } from '@rack-gateway/gateway-api'
import { Usage } from '../errors/errors.ts'
import type { Target } from '../rack-choice/local/target.ts'
import { errorFromResponse, parseGatewayError } from './gateway-error.ts'
import { askGateway } from './gateway-request.ts'
import { toRequestedCall } from './requested-call.ts'

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
    calls: calls.map(toRequestedCall),
  }
  const response = await askGateway(origin, { ...requestFor('decide', { body }), token, tlsTrust })
  const decisions = response.status === 200 ? readResponse('decide', response.value) : null
  if (decisions !== null) return decisions
  const error = parseGatewayError(response.value)
  if (response.status === 403 && error !== null && error.code !== 'RGW_USER_LOCKED')
    throw new Usage(error.reason, error.remedy)
  throw errorFromResponse(origin, response)
}
