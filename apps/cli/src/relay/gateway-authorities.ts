import { dirname, resolve } from 'node:path'
import { certificatesIn, certificatesProblem, certificateText } from '@rack-gateway/config/certificates'
import type { Context } from '../context.ts'
import { BadSetting } from '../errors.ts'
import type { Target } from '../target.ts'
import { printable } from '../terminal.ts'

/**
 * The only authorities that may have signed the gateway's certificate, in PEM: the text of `ca`, or the file that it names,
 * seen from the directory of the CLI's own. Null: those that are known anyway.
 *
 * @throws BadSetting
 */
export function gatewayAuthorities(
  { configPath }: Pick<Context, 'configPath'>,
  { name, entry }: Target,
): string | null {
  const ca = entry?.ca
  if (ca === undefined) return null
  const read = certificateText(ca.includes('-----') || ca === '' ? ca : resolve(dirname(configPath), ca))
  const problem = 'problem' in read ? read.problem : certificatesProblem(read.text)
  if (problem === null && 'text' in read) return certificatesIn(read.text)
  throw new BadSetting(
    `"ca" of gateways.${printable(name ?? '')} in ${printable(configPath)} ${problem}: it should be the path of a PEM file with the authorities of the gateway's certificate, or their text`,
  )
}
