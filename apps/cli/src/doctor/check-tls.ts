import type { PeerCertificate } from 'node:tls'
import { isUnencryptedRemote } from '@rack-gateway/config/client'
import { BadSetting } from '../errors/errors.ts'
import { exitCodes } from '../errors/exit-codes.ts'
import { failureReason, requireTlsVerification } from '../gateway/gateway-request.ts'
import { createVerifiedConnector } from '../gateway/tls/authorities.ts'
import { describeCertificateFault } from '../gateway/tls/certificate-errors.ts'
import { configuredAuthorities } from '../gateway/tls/configured-authorities.ts'
import { trustRemedy } from '../gateway/tls/gateway-trust.ts'
import { printable } from '../terminal/terminal.ts'
import { durationText } from '../token/expiry.ts'
import { fetchCertificate, UntrustedCertificate } from './fetch-certificate.ts'
import { type Finding, noGateway, ok, problem, warning } from './findings/finding.ts'
import type { CheckSubject } from './findings/subject.ts'

/** Milliseconds. A certificate that expires sooner gets a warning. */
const warningPeriod = 14 * 24 * 60 * 60 * 1000

type TlsSubject = Pick<CheckSubject, 'origin' | 'context' | 'tlsTrust' | 'relay'>

/** Verifies the gateway's certificate as all requests do, and checks when it expires. @throws BadSetting */
export async function checkTls(subject: TlsSubject): Promise<Finding> {
  const { origin, tlsTrust, context } = subject
  if (origin === null) return noGateway
  if (!origin.startsWith('https:'))
    return isUnencryptedRemote(origin)
      ? problem(
          `${origin} is not encrypted, so the network can read the token.`,
          'Log in again at an https:// address.',
        )
      : ok(`${origin} is this machine, and needs no TLS.`)
  requireTlsVerification(origin)
  try {
    const connectVerified = createVerifiedConnector(configuredAuthorities(tlsTrust), context.env)
    return describeCertificate(subject, await connectVerified((trusted) => fetchCertificate(origin, trusted)))
  } catch (error) {
    if (error instanceof BadSetting) throw error
    return error instanceof UntrustedCertificate
      ? untrustedProblem(subject, error)
      : warning(`Not checked: there is no TLS connection: ${printable(failureReason(error))}.`, null)
  }
}

function untrustedProblem({ tlsTrust }: TlsSubject, error: UntrustedCertificate): Finding {
  const fault = describeCertificateFault(error, trustRemedy(tlsTrust))
  const { reason, remedy } = fault ?? { reason: 'is rejected', remedy: 'Ask the operator of the gateway.' }
  return problem(
    `The certificate ${reason} (${printable(error.code)}), so nothing is sent to the gateway. Its issuer is ${issuerOf(error.cert)}.`,
    remedy,
    exitCodes.unreachable,
  )
}

function describeCertificate({ context, relay }: TlsSubject, certificate: PeerCertificate): Finding {
  const expiry = checkCertificateExpiry(certificate, context.now)
  return relay === 'off'
    ? warning(
        `${expiry.says} With relay: false, convox sends the token unverified, because it accepts any certificate.`,
        `Remove relay: false from ${context.configPath}.`,
      )
    : expiry
}

/** @param now milliseconds since the epoch */
export function checkCertificateExpiry(
  certificate: Pick<PeerCertificate, 'issuer' | 'valid_to'>,
  now: number,
): Finding {
  const left = Date.parse(certificate.valid_to) - now
  const says = `The certificate is valid, and expires in ${durationText(left)}, at ${new Date(certificate.valid_to).toISOString()}. Its issuer is ${issuerOf(certificate)}.`
  return left > warningPeriod ? ok(says) : warning(says, 'Ask the operator of the gateway to renew it.')
}

function issuerOf({ issuer }: Pick<PeerCertificate, 'issuer'>): string {
  const { O: organization, CN: name } = issuer ?? {}
  return printable([organization, name].flat().filter(Boolean).join(', ').slice(0, 200)) || 'unknown'
}
