import { isUnknownAuthority } from '@rack-gateway/config/certificate-faults'
import type { Explanation } from '@rack-gateway/errors'
import { certificateErrorClause, networkErrorCode } from '@rack-gateway/errors/network-errors'
import { printable } from '../../output/terminal.ts'

/** Where a gateway and what is trusted of it are named. */
export interface Named {
  readonly origin: string
  /** What to do so that an authority is known, such as `name its PEM file in NODE_EXTRA_CA_CERTS`. */
  readonly trustMore: string
}

const someoneElse = 'if the gateway has not changed, someone else may be answering in its place'

const otherFaults = new Set([
  'CERT_REVOKED',
  'CERT_REJECTED',
  'CERT_CHAIN_TOO_LONG',
  'INVALID_PURPOSE',
  'PATH_LENGTH_EXCEEDED',
  'ERROR_IN_CERT_NOT_BEFORE_FIELD',
  'ERROR_IN_CERT_NOT_AFTER_FIELD',
  'HOSTNAME_MISMATCH',
  'EE_KEY_TOO_SMALL',
  'CA_KEY_TOO_SMALL',
  'CA_MD_TOO_WEAK',
])

/** Whether a certificate failed for want of an authority. */
export function lacksAuthority(error: unknown): boolean {
  return isUnknownAuthority(networkErrorCode(error))
}

/** What is wrong with a certificate and what to do, or null when it isn't the certificate. */
export function certificateInWords(error: unknown, { origin, trustMore }: Named): Explanation | null {
  const fault = certificateFault(error, trustMore)
  if (fault === null) return null
  return {
    reason: `${origin} can't be trusted: its certificate ${fault.what}. Your token was not sent, nor was anything else:`,
    remedy: fault.next,
  }
}

export interface CertificateFault {
  /** What follows "its certificate". */
  readonly what: string
  /** What to do. */
  readonly next: string
}

/** What is wrong with a certificate, or null when it isn't the certificate. */
export function certificateFault(error: unknown, trustMore: string): CertificateFault | null {
  const code = networkErrorCode(error)
  if (isUnknownAuthority(code))
    return {
      what: 'is not signed by an authority that is known here',
      next: `if that is an authority of your own, ${trustMore}; ${someoneElse}`,
    }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return { what: `is for ${namesIn(error)}`, next: `check the address of the gateway; ${someoneElse}` }
  const clause = certificateErrorClause(code)
  if (clause !== null)
    return { what: clause, next: 'check the clock of this machine, and ask who runs the gateway to renew it' }
  if (otherFaults.has(code)) return { what: `is refused (${code})`, next: 'ask who runs the gateway' }
  return null
}

const mostNames = 200

/** They come from whoever answers. */
function namesIn(error: unknown): string {
  const certificate: unknown = Reflect.get(Object(error), 'cert')
  const names: unknown = Reflect.get(Object(certificate), 'subjectaltname')
  if (typeof names !== 'string' || names === '') return 'another name'
  const shown = printable(names.replaceAll(/(?:DNS|IP Address):/g, ''))
  return shown.length > mostNames ? `${shown.slice(0, mostNames)}…` : shown
}
