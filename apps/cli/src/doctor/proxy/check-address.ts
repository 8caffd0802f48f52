import { printable } from '../../terminal/terminal.ts'
import { type Finding, ok, problem } from '../findings/finding.ts'
import type { CheckSubject } from '../findings/subject.ts'
import { inspectConnection } from './inspect.ts'
import { misdirectedFinding } from './not-checked.ts'
import { proxyRemedy } from './settings.ts'

/** Whether the gateway knows the addresses of its callers. */
export async function checkAddress(subject: CheckSubject): Promise<Finding> {
  const inspection = await inspectConnection(subject)
  if (inspection.kind === 'unknown') return inspection.finding
  if (inspection.kind === 'misdirected') return misdirectedFinding
  const { connection, server } = inspection
  const [address, peer] = [connection.address, connection.peer ?? 'unknown'].map(printable)
  if (connection.forwardedFor === 'ignored')
    return problem(
      `The gateway does not trust its proxy ${peer}, so all callers seem to have this address.`,
      `Add ${peer} to TRUSTED_PROXIES of the gateway.`,
    )
  // The gateway has no TLS, so a proxy answers an https address.
  if (connection.forwardedFor === 'missing' && subject.origin?.startsWith('https:'))
    return problem(
      `The proxy does not send X-Forwarded-For, so all callers seem to have the address ${peer}.`,
      proxyRemedy('address', server),
    )
  return ok(`The gateway sees your address as ${address}.`)
}
