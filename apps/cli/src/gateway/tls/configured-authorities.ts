import { dirname, resolve } from 'node:path'
import { certificatesIn, certificatesProblem, certificateText } from '@rack-gateway/config/certificates'
import { BadSetting } from '../../errors/errors.ts'
import { printable } from '../../terminal/terminal.ts'
import type { GatewayTrust } from './gateway-trust.ts'

export const expectedCaFile = "a PEM file with the authorities of the gateway's certificate"

/**
 * Reads the authorities in `ca`, which is PEM text, or a path relative to the configuration file.
 *
 * @returns PEM, or null if none are configured @throws BadSetting
 */
export function configuredAuthorities(tlsTrust: GatewayTrust | undefined): string | null {
  if (tlsTrust?.ca === undefined) return null
  const { name, ca, configPath } = tlsTrust
  const result = readAuthorities(ca.includes('-----') || ca === '' ? ca : resolve(dirname(configPath), ca))
  if ('pem' in result) return result.pem
  throw new BadSetting(
    `"ca" of gateways.${printable(name ?? '')} in ${printable(configPath)} ${result.problem}.`,
    `Set it to the path of ${expectedCaFile}, or to the text of the file.`,
  )
}

/** @param ca a path, or PEM text */
export function readAuthorities(ca: string): { readonly pem: string } | { readonly problem: string } {
  const read = certificateText(ca)
  if ('problem' in read) return read
  const problem = certificatesProblem(read.text)
  return problem === null ? { pem: certificatesIn(read.text) } : { problem }
}
