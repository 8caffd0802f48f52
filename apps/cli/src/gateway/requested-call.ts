import type { PlannedCall } from '@rack-gateway/convox-api/commands'
import type { RequestOf } from '@rack-gateway/gateway-api'

type RequestedCall = RequestOf<'decide'>['body']['calls'][number]

/** A planned call in the form of the management API. */
export function toRequestedCall({
  route,
  app,
  params,
  parameters,
  command,
  process,
  release,
  environment,
}: PlannedCall): RequestedCall {
  const rest = { params, parameters, command, process, release, environment }
  return { route: route.id, ...(app !== null && { app }), ...rest }
}
