import { isUnknownAuthority } from '@rack-gateway/config/certificate-faults'
import type { Explanation } from '@rack-gateway/errors'
import { certificateErrorClause, networkErrorCode } from '@rack-gateway/errors/network-errors'
import { printable } from '../../terminal/terminal.ts'

/** The values that the explanation of a certificate error contains. */
export interface CertificateContext {
  readonly origin: string
  /** How to add an authority, such as `name its PEM file in NODE_EXTRA_CA_CERTS`. */
  readonly trustRemedy: string
}

const otherServer = 'If the gateway has not changed, another server may be answering in its place.'

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

/** Whether no trusted authority has signed the certificate. */
export function lacksAuthority(error: unknown): boolean {
  return isUnknownAuthority(networkErrorCode(error))
}

/** @returns null if the error is not about the certificate */
export function explainCertificateError(
  error: unknown,
  { origin, trustRemedy }: CertificateContext,
): Explanation | null {
  const fault = describeCertificateFault(error, trustRemedy)
  if (fault === null) return null
  return {
    reason: `${origin} cannot be trusted: its certificate ${fault.reason}. Nothing was sent to it, not even your token.`,
    remedy: fault.remedy,
  }
}

/** The reason is a clause that follows "its certificate". @returns null if the error is not about the certificate */
export function describeCertificateFault(error: unknown, trustRemedy: string): Explanation | null {
  const code = networkErrorCode(error)
  if (isUnknownAuthority(code))
    return {
      reason: 'is not signed by a trusted authority',
      remedy: `If the authority is your own, ${trustRemedy}. ${otherServer}`,
    }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return { reason: `is for ${namesIn(error)}`, remedy: `Check the address of the gateway. ${otherServer}` }
  const clause = certificateErrorClause(code)
  if (clause !== null)
    return {
      reason: clause,
      remedy: 'Check the clock of this machine, and ask the operator of the gateway to renew the certificate.',
    }
  if (otherFaults.has(code)) return { reason: `is rejected (${code})`, remedy: 'Ask the operator of the gateway.' }
  return null
}

const maxNamesLength = 200

/** Untrusted text: the names come from the server. */
function namesIn(error: unknown): string {
  const certificate: unknown = Reflect.get(Object(error), 'cert')
  const names: unknown = Reflect.get(Object(certificate), 'subjectaltname')
  if (typeof names !== 'string' || names === '') return 'another name'
  const shown = printable(names.replaceAll(/(?:DNS|IP Address):/g, ''))
  return shown.length > maxNamesLength ? `${shown.slice(0, maxNamesLength)}…` : shown
}
