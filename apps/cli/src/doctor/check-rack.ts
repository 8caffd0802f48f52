import { exitCodes } from '../errors/exit-codes.ts'
import { parseGatewayError } from '../gateway/gateway-error.ts'
import { tryGateway } from '../gateway/gateway-request.ts'
import { printable } from '../terminal/terminal.ts'
import { requestDeadline } from './findings/deadlines.ts'
import { type Finding, ok, problem, warning } from './findings/finding.ts'
import type { CheckSubject } from './findings/subject.ts'

/** Whether the gateway can use the rack. Only these errors are about the gateway and its rack. */
const rackProblems: ReadonlySet<string> = new Set([
  'RGW_RACK_REJECTS_GATEWAY',
  'RGW_RACK_UNREACHABLE',
  'RGW_RACK_NOT_PINNED',
  'RGW_RACK_BROKEN',
])

export async function checkRack({ target }: Pick<CheckSubject, 'target'>): Promise<Finding> {
  if (target === null) return warning('Not checked. See the finding of config.', null)
  const { origin, rack, token, tlsTrust } = target
  const path = rack === null ? '/system' : `/rack/${encodeURIComponent(rack)}/system`
  const response = await tryGateway(origin, { path, token, tlsTrust, deadline: requestDeadline })
  if (response.kind === 'unanswered') return warning('Not checked: the gateway did not answer.', null)
  if (response.status === 200) return ok(`The rack${rack === null ? '' : ` ${printable(rack)}`} answers the gateway.`)
  const error = parseGatewayError(response.value)
  if (error !== null && rackProblems.has(error.code)) return problem(error.reason, error.remedy, exitCodes.unreachable)
  return warning(
    `Not checked: ${printable(origin)} answered with status ${response.status}.`,
    'See the other findings.',
  )
}
