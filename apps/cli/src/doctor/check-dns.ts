import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { failure } from '../gateway/gateway-request.ts'
import { exitCodes } from '../output/exit-codes.ts'
import { printable } from '../output/terminal.ts'
import { type Finding, noGateway, ok, problem } from './finding.ts'
import type { Subject } from './subject.ts'

/** Whether the gateway's name has an address, as this machine's resolver sees it. */
export async function checkDns({ origin }: Pick<Subject, 'origin'>): Promise<Finding> {
  if (origin === null) return noGateway
  const host = hostOf(origin)
  if (isIP(host) !== 0) return ok(`${host} is an address, so no name is looked up`)
  try {
    const addresses = await lookup(host, { all: true })
    return ok(`${host} is ${addresses.map(({ address }) => address).join(', ')}`)
  } catch (error) {
    return problem(
      printable(failure(error)),
      'check the address of the gateway, the network, and whether a VPN has to be on',
      exitCodes.unreachable,
    )
  }
}

/** Without the brackets of an IPv6 address. */
function hostOf(origin: string): string {
  return new URL(origin).hostname.replace(/^\[|\]$/g, '')
}
