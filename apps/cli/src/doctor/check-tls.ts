import type { PeerCertificate } from 'node:tls'
import { exitCodes } from '../exit-codes.ts'
import { span } from '../expiry.ts'
import { isExposed } from '../gateway-address.ts'
import { gatewayAuthorities } from '../gateway-authorities.ts'
import { failure, mustVerify } from '../gateway-request.ts'
import { lacksAuthority } from '../relay/certificate-words.ts'
import { systemAuthorities } from '../relay/system-authorities.ts'
import { printable } from '../terminal.ts'
import { type Finding, noGateway, ok, problem, warning } from './finding.ts'
import { type Shown, shakeHands } from './handshake.ts'
import type { Subject } from './subject.ts'

const soon = 14 * 24 * 60 * 60 * 1000

/** What to do, by Node's code for what is wrong. */
const nextSteps: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: "tell the gateway's operator to renew it; if the date here is wrong, set this machine's clock",
  CERT_NOT_YET_VALID: "set this machine's clock; if that is right, tell the gateway's operator",
  ERR_TLS_CERT_ALTNAME_INVALID: 'use the name of the gateway that its certificate is for',
}
const nameAuthority = 'name the file of its CA in NODE_EXTRA_CA_CERTS'
const unknownIssuer = `if the issuer is your organisation's, ${nameAuthority}; if not, log in nowhere and ask the gateway's operator: somebody may stand between`

type Looked = Pick<Subject, 'origin' | 'context' | 'trust' | 'relay'>

/** Whether the gateway proves that it is what its name says, to this command and on convox's way, and for how long still. @throws BadSetting */
export async function checkTls(subject: Looked): Promise<Finding> {
  const { origin, trust } = subject
  if (origin === null) return noGateway
  if (!origin.startsWith('https:'))
    return isExposed(origin)
      ? problem(`${origin} is not encrypted: the network can read the token`, 'log in again at an https:// address')
      : ok(`${origin} is this machine, without TLS`)
  mustVerify(origin)
  const named = trust === undefined ? null : [gatewayAuthorities(trust)]
  try {
    if (named !== null) return judgedByNamed(subject, await shakeHands(origin, named))
    const own = await shakeHands(origin, null)
    const wider = lacksAuthority({ code: own.fault }) ? systemAuthorities(subject.context.env) : null
    return judged(subject, own, wider === null ? own : await shakeHands(origin, wider))
  } catch (error) {
    return warning(`not checked: no connection with TLS (${printable(failure(error))})`, null)
  }
}

/** @param shown by the authorities in "ca", which count alone */
function judgedByNamed(subject: Looked, shown: Shown): Finding {
  if (shown.fault === null) return lifeFound(subject, shown)
  if (!lacksAuthority({ code: shown.fault })) return faultOf(shown, '')
  return problem(
    `the issuer of the certificate, ${issuerOf(shown.certificate)}, is none of those in "ca" (${shown.fault}), so nothing is sent to the gateway`,
    `correct "ca" of the gateway in ${subject.context.configPath}, or take it out`,
    exitCodes.configuration,
  )
}

/** @param own as this command's own requests see it @param relayed as convox's way does */
function judged(subject: Looked, own: Shown, relayed: Shown): Finding {
  if (own.fault === null) return lifeFound(subject, own)
  return faultOf(
    own,
    relayed.fault === null
      ? " It is valid on convox's way, by the system's authorities, of which this command's own requests know nothing."
      : '',
  )
}

function lifeFound({ context, relay }: Looked, { certificate }: Shown): Finding {
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

function faultOf({ certificate, fault }: Shown, more: string): Finding {
  return problem(
    `the certificate is not valid (${fault}); its issuer is ${issuerOf(certificate)}.${more}`,
    nextSteps[fault ?? ''] ?? unknownIssuer,
    exitCodes.unreachable,
  )
}

function issuerOf({ issuer }: Pick<PeerCertificate, 'issuer'>): string {
  const { O: organisation, CN: name } = issuer ?? {}
  return printable([organisation, name].flat().filter(Boolean).join(', ').slice(0, 200)) || 'not said'
}
