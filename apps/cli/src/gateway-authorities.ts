import { dirname, resolve } from 'node:path'
import { certificatesIn, certificatesProblem, certificateText } from '@rack-gateway/config/certificates'
import { BadSetting } from './errors.ts'
import type { GatewayTrust } from './gateway-trust.ts'
import { printable } from './terminal.ts'

/**
 * The only authorities that may have signed the gateway's certificate, in PEM: the text of `ca`, or the file that it names,
 * seen from the directory of the CLI's own.
 *
 * @throws BadSetting
 */
export function gatewayAuthorities({ name, ca, configPath }: GatewayTrust): string {
  const read = certificateText(ca.includes('-----') || ca === '' ? ca : resolve(dirname(configPath), ca))
  const problem = 'problem' in read ? read.problem : certificatesProblem(read.text)
  if (problem === null && 'text' in read) return certificatesIn(read.text)
  throw new BadSetting(
    `"ca" of gateways.${printable(name)} in ${printable(configPath)} ${problem}: it should be the path of a PEM file with the authorities of the gateway's certificate, or their text`,
  )
}
