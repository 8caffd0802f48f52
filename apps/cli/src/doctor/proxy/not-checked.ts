import { parseGatewayError } from '../../gateway/gateway-error.ts'
import { type Finding, warning } from '../findings/finding.ts'

export const misdirectedFinding = warning('Not checked. See the finding of host.', null)

/** The finding if the gateway itself rejects the request; null if it does not. */
export function rejectedFinding({
  status,
  value,
}: {
  readonly status: number
  readonly value: unknown
}): Finding | null {
  if (parseGatewayError(value) === null) return null
  if (status === 421) return misdirectedFinding
  if (status === 401 || status === 403) return warning('Not checked. See the finding of token.', null)
  return warning(`Not checked, because the gateway answered with status ${status}.`, null)
}
