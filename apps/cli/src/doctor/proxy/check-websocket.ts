import { randomBytes } from 'node:crypto'
import { readResponse, requestFor } from '@rack-gateway/gateway-api'
import { printable } from '../../terminal/terminal.ts'
import { requestDeadline } from '../findings/deadlines.ts'
import { type Finding, ok, problem } from '../findings/finding.ts'
import type { CheckSubject } from '../findings/subject.ts'
import { inspectConnection } from './inspect.ts'
import { rejectedFinding } from './not-checked.ts'
import { sendProbe } from './probe.ts'
import { proxyRemedy } from './settings.ts'

/** The first byte of a text message in one frame (RFC 6455, section 5.2). */
const textFrame = 0x81

/** Whether a WebSocket reaches the gateway, and the gateway's message comes back. */
export async function checkWebSocket(subject: CheckSubject): Promise<Finding> {
  const probing = sendProbe(subject, {
    method: 'GET',
    path: requestFor('inspectConnection', {}).path,
    headers: {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': randomBytes(16).toString('base64'),
    },
    deadline: requestDeadline,
  })
  const [inspection, result] = await Promise.all([inspectConnection(subject), probing])
  if (inspection.kind === 'unknown') return inspection.finding
  const fault = (says: string, server: string | null) => problem(says, proxyRemedy('websocket', server))
  if (result.kind === 'upgraded')
    return result.bytes[0] === textFrame
      ? ok('WebSockets reach the gateway.')
      : fault('The proxy accepts a WebSocket, but no message of the gateway arrives.', null)
  if (result.kind !== 'answered')
    return fault(
      `A WebSocket failed: ${result.kind === 'broken' ? printable(result.reason) : 'it did not open in time'}.`,
      null,
    )
  const { status, server, value } = result
  if (readResponse('inspectConnection', value)?.upgrade === false)
    return fault('The proxy does not forward the Upgrade header, so no WebSocket reaches the gateway.', server)
  return rejectedFinding(result) ?? fault(`A WebSocket was answered with status ${status}.`, server)
}
