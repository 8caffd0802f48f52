import { exitCodes } from '../errors/exit-codes.ts'
import { tryGateway } from '../gateway/gateway-request.ts'
import { explainProxyPage } from '../gateway/proxy-page.ts'
import { printable } from '../terminal/terminal.ts'
import { requestDeadline } from './findings/deadlines.ts'
import { type Finding, noGateway, ok, problem } from './findings/finding.ts'
import type { CheckSubject } from './findings/subject.ts'
import { inspectConnection } from './proxy/inspect.ts'

/** Asks only for addresses that an ingress does not hide. */
export async function checkGateway(subject: CheckSubject): Promise<Finding> {
  const { origin, tlsTrust } = subject
  if (origin === null) return noGateway
  const asking = tryGateway(origin, { path: '/check', tlsTrust, deadline: requestDeadline })
  const [response, inspection] = await Promise.all([asking, inspectConnection(subject)])
  if (response.kind === 'unanswered')
    return problem(
      `The request to ${origin} failed: ${printable(response.reason)}.`,
      response.untrusted === null ? response.remedy : 'See the finding of tls.',
      exitCodes.unreachable,
    )
  const page = explainProxyPage(response)
  if (page !== null)
    return problem(`The request to ${origin} failed: ${page.reason}.`, page.remedy, exitCodes.unreachable)
  if (response.status !== 200 || response.text.trim() !== 'ok')
    return problem(
      `${origin} does not answer like a Rack Gateway (status ${response.status}).`,
      'Check the address and the network.',
      exitCodes.unreachable,
    )
  const unready = inspection.kind === 'seen' ? inspection.connection.unready : []
  if (unready.length === 0) return ok(inspection.kind === 'seen' ? 'The gateway is ready.' : 'The gateway answers.')
  return problem(
    `The gateway is not ready: ${printable(unready.join(', '))}.`,
    'Tell the operator of the gateway. Its log has the details.',
    unready.every((name) => name === 'audit') ? exitCodes.auditUnavailable : exitCodes.failure,
  )
}
