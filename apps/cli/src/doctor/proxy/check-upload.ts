import { maxDiscardedBody, readResponse, requestFor } from '@rack-gateway/gateway-api'
import { printable } from '../../terminal/terminal.ts'
import { requestDeadline } from '../findings/deadlines.ts'
import { type Finding, ok, problem, warning } from '../findings/finding.ts'
import type { CheckSubject } from '../findings/subject.ts'
import { inspectConnection } from './inspect.ts'
import { rejectedFinding } from './not-checked.ts'
import { sendProbe } from './probe.ts'
import { proxyRemedy } from './settings.ts'

/** Milliseconds between the first part of the body and the rest. */
const pause = 1_000
const size = `${maxDiscardedBody / 1024 / 1024} MiB`

/** Whether a large body reaches the gateway, and while it is being sent. */
export async function checkUpload(subject: CheckSubject): Promise<Finding> {
  const probing = sendProbe(subject, {
    method: 'POST',
    path: requestFor('inspectUpload', {}).path,
    body: { length: maxDiscardedBody, pause },
    deadline: requestDeadline,
  })
  const [inspection, result] = await Promise.all([inspectConnection(subject), probing])
  const hasResponse = result.kind === 'answered'
  const rejected = hasResponse ? rejectedFinding(result) : null
  // The limit of a proxy comes before the gateway, and so before any other mistake.
  if (hasResponse && result.status === 413 && rejected === null)
    return problem(`The proxy rejects a body of ${size} (413).`, proxyRemedy('body', result.server))
  if (inspection.kind === 'unknown') return inspection.finding
  if (result.kind === 'late') return warning(`Not checked: an upload of ${size} takes too long from here.`, null)
  if (result.kind === 'broken')
    return problem(`An upload of ${size} failed: ${printable(result.reason)}.`, proxyRemedy('body', null))
  if (rejected !== null) return rejected
  const { server, status, value } = hasResponse ? result : { server: null, status: 101, value: null }
  const connection = readResponse('inspectUpload', value)
  if (connection?.receivedBytes !== maxDiscardedBody)
    return problem(`An upload of ${size} was answered with status ${status}.`, proxyRemedy('body', server))
  return connection.receivedMs < pause / 2
    ? warning(
        'The proxy sends a body to the gateway only after it has received all of it, so uploads take longer.',
        proxyRemedy('buffering', server),
      )
    : ok(`A body of ${size} reaches the gateway while it is being sent.`)
}
