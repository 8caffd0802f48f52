import { isIP } from 'node:net'
import { connect, type PeerCertificate, type TLSSocket } from 'node:tls'
import { exitCodes } from '../exit-codes.ts'
import { span } from '../expiry.ts'
import { isExposed } from '../gateway-address.ts'
import { failure } from '../gateway-request.ts'
import { printable } from '../terminal.ts'
import { hostOf } from './check-dns.ts'
import { askDeadline } from './deadlines.ts'
import { type Finding, noGateway, ok, problem, warning } from './finding.ts'
import type { Subject } from './subject.ts'

const soon = 14 * 24 * 60 * 60 * 1000

/** What is wrong with a certificate, by Node's code for it; the rest is told with its code alone. */
const nextSteps: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: "tell the gateway's operator to renew it; if the date here is wrong, set this machine's clock",
  CERT_NOT_YET_VALID: "set this machine's clock; if that is right, tell the gateway's operator",
  ERR_TLS_CERT_ALTNAME_INVALID: 'use the name of the gateway that its certificate is for',
}
const unknownIssuer =
  "if the issuer is your organisation's, name the file of its CA in NODE_EXTRA_CA_CERTS; if not, log in nowhere and ask the gateway's operator: somebody may stand between"

/** Whether the gateway proves that it is what its name says, and for how long still. */
export async function checkTls({ origin, context }: Pick<Subject, 'origin' | 'context'>): Promise<Finding> {
  if (origin === null) return noGateway
  if (!origin.startsWith('https:'))
    return isExposed(origin)
      ? problem(`${origin} is not encrypted: the network can read the token`, 'log in again at an https:// address')
      : ok(`${origin} is this machine, without TLS`)
  if (process.env.NODE_TLS_REJECT_UNAUTHORIZED === '0')
    return problem(
      'NODE_TLS_REJECT_UNAUTHORIZED is 0, so anybody could pass for the gateway, and nothing is sent to it',
      'unset it, and name the certificate of a CA of your own in NODE_EXTRA_CA_CERTS',
      exitCodes.configuration,
    )
  let socket: TLSSocket
  try {
    socket = await shakeHands(origin)
  } catch (error) {
    return warning(`not checked: no connection with TLS (${printable(failure(error))})`, null)
  }
  const certificate = socket.getPeerCertificate()
  const fault = socket.authorized ? null : codeOf(socket.authorizationError)
  socket.destroy()
  return fault === null ? lifeOf(certificate, context.now) : faultOf(certificate, fault)
}

/** Not a byte is sent over it: that an unproven certificate can be looked at is all that it is for. */
function shakeHands(origin: string): Promise<TLSSocket> {
  const host = hostOf(origin)
  return new Promise((resolve, reject) => {
    const socket = connect({
      host,
      port: Number(new URL(origin).port || 443),
      ...(isIP(host) === 0 && { servername: host }),
      rejectUnauthorized: false,
    })
    socket.setTimeout(askDeadline, () => socket.destroy(new Error(`no answer within ${askDeadline / 1_000} s`)))
    socket.once('secureConnect', () => resolve(socket))
    socket.once('error', reject)
  })
}

/** @param now milliseconds since the epoch */
export function lifeOf(certificate: Pick<PeerCertificate, 'issuer' | 'valid_to'>, now: number): Finding {
  const left = Date.parse(certificate.valid_to) - now
  const says = `verified; the certificate ends in ${span(left)}, at ${new Date(certificate.valid_to).toISOString()}; its issuer is ${issuerOf(certificate)}`
  return left > soon ? ok(says) : warning(says, "tell the gateway's operator to renew it")
}

function faultOf(certificate: PeerCertificate, code: string): Finding {
  return problem(
    `the certificate is not valid (${code}); its issuer is ${issuerOf(certificate)}`,
    nextSteps[code] ?? unknownIssuer,
    exitCodes.unreachable,
  )
}

function issuerOf({ issuer }: Pick<PeerCertificate, 'issuer'>): string {
  const { O: organisation, CN: name } = issuer ?? {}
  return printable([organisation, name].flat().filter(Boolean).join(', ').slice(0, 200)) || 'not said'
}

/** Node gives the code alone, or an error that has it. */
function codeOf(fault: unknown): string {
  return fault instanceof Error ? failure(fault) : printable(String(fault))
}
