import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { exitCodes } from '../errors/exit-codes.ts'
import { failureReason } from '../gateway/gateway-request.ts'
import { printable } from '../terminal/terminal.ts'
import { type Finding, noGateway, ok, problem } from './findings/finding.ts'
import type { CheckSubject } from './findings/subject.ts'

export async function checkDns({ origin }: Pick<CheckSubject, 'origin'>): Promise<Finding> {
  if (origin === null) return noGateway
  const host = hostOf(origin)
  if (isIP(host) !== 0) return ok(`${host} is an IP address, which needs no lookup.`)
  try {
    const addresses = await lookup(host, { all: true })
    return ok(`${host} is ${addresses.map(({ address }) => address).join(', ')}.`)
  } catch (error) {
    return problem(
      `The lookup failed: ${printable(failureReason(error))}.`,
      'Check the address of the gateway, the network, and whether a VPN must be on.',
      exitCodes.unreachable,
    )
  }
}

/** Without the brackets of an IPv6 address. */
function hostOf(origin: string): string {
  return new URL(origin).hostname.replace(/^\[|\]$/g, '')
}
