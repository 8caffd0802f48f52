import { readResponse, requestFor } from '@rack-gateway/gateway-api'
import { tryGateway } from '../../gateway/gateway-request.ts'
import { slowDeadline } from '../findings/deadlines.ts'
import { type Finding, ok, problem, warning } from '../findings/finding.ts'
import type { CheckSubject } from '../findings/subject.ts'
import { inspectConnection } from './inspect.ts'
import { misdirectedFinding, rejectedFinding } from './not-checked.ts'
import { proxyRemedy } from './settings.ts'

/** Seconds. Longer than the default timeout of most proxies, which is a minute. */
const silence = 70

/** Whether a response can begin after more than a minute. */
export async function checkTimeout(subject: CheckSubject): Promise<Finding> {
  const inspection = await inspectConnection(subject)
  if (inspection.kind === 'unknown') return inspection.finding
  if (inspection.kind === 'misdirected' || subject.target === null) return misdirectedFinding
  const { origin, token, tlsTrust } = subject.target
  const request = requestFor('inspectConnection', { query: { wait: silence } })
  const startedAt = performance.now()
  const response = await tryGateway(origin, { ...request, token, tlsTrust, deadline: slowDeadline })
  const seconds = Math.round((performance.now() - startedAt) / 1_000)
  const cut = (how: string, server: string | null) =>
    problem(`After ${seconds} s without a response, ${how}.`, proxyRemedy('timeout', server))
  if (response.kind === 'unanswered') return cut('the connection ended', inspection.server)
  const connection = response.status === 200 ? readResponse('inspectConnection', response.value) : null
  if (connection === null)
    return (
      rejectedFinding(response) ??
      cut(`the proxy answered with status ${response.status}`, response.headers.get('server'))
    )
  return connection.waitedMs < silence * 1_000 - 500
    ? warning('Not checked, because the gateway is stopping.', 'Try again.')
    : ok(`A response can begin after ${silence} s.`)
}
