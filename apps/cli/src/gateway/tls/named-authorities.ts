import { dirname, resolve } from 'node:path'
import { certificatesIn, certificatesProblem, certificateText } from '@rack-gateway/config/certificates'
import { BadSetting } from '../../errors.ts'
import { printable } from '../../output/terminal.ts'
import type { GatewayTrust } from './gateway-trust.ts'

export const wantedAuthorities = "a PEM file with the authorities of the gateway's certificate"

/**
 * The only authorities that may have signed the gateway's certificate, in PEM: the text of `ca`, or the file that it names,
 * seen from the directory of the CLI's own. Null where none are named.
 *
 * @throws BadSetting
 */
export function namedAuthorities(trust: GatewayTrust | undefined): string | null {
  if (trust?.ca === undefined) return null
  const { name, ca, configPath } = trust
  const read = authoritiesIn(ca.includes('-----') || ca === '' ? ca : resolve(dirname(configPath), ca))
  if ('pem' in read) return read.pem
  throw new BadSetting(
    `"ca" of gateways.${printable(name ?? '')} in ${printable(configPath)} ${read.problem}:`,
    `it should be the path of ${wantedAuthorities}, or their text`,
  )
}

/** What is in a PEM file, or in its text; or what is wrong with it. */
export function authoritiesIn(ca: string): { readonly pem: string } | { readonly problem: string } {
  const read = certificateText(ca)
  if ('problem' in read) return read
  const problem = certificatesProblem(read.text)
  return problem === null ? { pem: certificatesIn(read.text) } : { problem }
}
