import { exitCodes } from '../../errors/exit-codes.ts'
import { printable } from '../../terminal/terminal.ts'
import { type Finding, ok, problem, warning } from '../findings/finding.ts'
import type { CheckSubject } from '../findings/subject.ts'
import { inspectConnection } from './inspect.ts'
import { proxyRemedy } from './settings.ts'

/** Whether the Host header reaches the gateway. */
export async function checkHost(subject: CheckSubject): Promise<Finding> {
  const inspection = await inspectConnection(subject)
  if (inspection.kind === 'unknown') return inspection.finding
  const origin = new URL(subject.origin ?? '')
  if (inspection.kind === 'misdirected') return misdirected(origin, inspection)
  const { connection, server } = inspection
  const host = connection.host ?? ''
  if (hasHost(origin, host)) return ok(`The gateway gets the host ${printable(host)}.`)
  return warning(`The gateway gets the host ${printable(host)} instead of ${origin.host}.`, proxyRemedy('host', server))
}

function misdirected(
  origin: URL,
  { address, server }: { readonly address: string | null; readonly server: string | null },
): Finding {
  if (address === null || address === origin.origin)
    return problem(
      'The proxy does not forward the Host header, so the gateway rejects requests (421).',
      proxyRemedy('host', server),
      exitCodes.unreachable,
    )
  return problem(
    `The address of the gateway is ${address}, not ${origin.origin}, so the gateway rejects requests (421).`,
    `Log in again at ${address}.`,
    exitCodes.unreachable,
  )
}

/** A host can have the default port, which URLs leave out. */
function hasHost({ protocol, host }: URL, received: string): boolean {
  return URL.canParse(`${protocol}//${received}`) && new URL(`${protocol}//${received}`).host === host
}
