import type { PeerCertificate } from 'node:tls'
import { isExposed } from '@rack-gateway/config/client'
import { BadSetting } from '../errors.ts'
import { failure, mustVerify } from '../gateway/gateway-request.ts'
import { goingBy } from '../gateway/tls/authorities.ts'
import { certificateFault } from '../gateway/tls/certificate-words.ts'
import { howToTrustMore } from '../gateway/tls/gateway-trust.ts'
import { namedAuthorities } from '../gateway/tls/named-authorities.ts'
import { exitCodes } from '../output/exit-codes.ts'
import { printable } from '../output/terminal.ts'
import { span } from '../session/expiry.ts'
import { type Finding, noGateway, ok, problem, warning } from './finding.ts'
import { shakeHands, Untrusted } from './handshake.ts'
import type { Subject } from './subject.ts'

const soon = 14 * 24 * 60 * 60 * 1000

type Looked = Pick<Subject, 'origin' | 'context' | 'trust' | 'relay'>

/** Whether the gateway proves that it is what its name says, to whatever is sent to it, and for how long still. @throws BadSetting */
export async function checkTls(subject: Looked): Promise<Finding> {
  const { origin, trust, context } = subject
  if (origin === null) return noGateway
  if (!origin.startsWith('https:'))
    return isExposed(origin)
      ? problem(`${origin} is not encrypted: the network can read the token`, 'log in again at an https:// address')
      : ok(`${origin} is this machine, without TLS`)
  mustVerify(origin)
  try {
    const looking = goingBy(namedAuthorities(trust), context.env)
    return lifeFound(subject, await looking((trusted) => shakeHands(origin, trusted)))
  } catch (error) {
    if (error instanceof BadSetting) throw error
    return error instanceof Untrusted
      ? untrusted(subject, error)
      : warning(`not checked: no connection with TLS: ${printable(failure(error))}`, null)
  }
}

function untrusted({ trust }: Looked, error: Untrusted): Finding {
  const fault = certificateFault(error, howToTrustMore(trust))
  const { what, next } = fault ?? { what: 'is refused', next: 'ask who runs the gateway' }
  return problem(
    `the certificate ${what} (${printable(error.code)}), so nothing is sent to the gateway; its issuer is ${issuerOf(error.cert)}`,
    next,
    exitCodes.unreachable,
  )
}

function lifeFound({ context, relay }: Looked, certificate: PeerCertificate): Finding {
  const life = lifeOf(certificate, context.now)
  return relay === 'off'
    ? warning(
        `${life.says}. With relay: false, convox sends the token unverified: it accepts any certificate`,
        `take relay: false out of ${context.configPath}`,
      )
    : life
}

/** @param now milliseconds since the epoch */
export function lifeOf(certificate: Pick<PeerCertificate, 'issuer' | 'valid_to'>, now: number): Finding {
  const left = Date.parse(certificate.valid_to) - now
  const says = `verified; the certificate ends in ${span(left)}, at ${new Date(certificate.valid_to).toISOString()}; its issuer is ${issuerOf(certificate)}`
  return left > soon ? ok(says) : warning(says, "tell the gateway's operator to renew it")
}

function issuerOf({ issuer }: Pick<PeerCertificate, 'issuer'>): string {
  const { O: organisation, CN: name } = issuer ?? {}
  return printable([organisation, name].flat().filter(Boolean).join(', ').slice(0, 200)) || 'not said'
}
