import { isIP } from 'node:net'
import { connect, type PeerCertificate } from 'node:tls'
import { failure } from '../gateway-request.ts'
import { printable } from '../terminal.ts'
import { hostOf } from './check-dns.ts'
import { askDeadline } from './deadlines.ts'

/** What an address showed. */
export interface Shown {
  readonly certificate: PeerCertificate
  /** Node's code for what is wrong with it; null: it is verified. */
  readonly fault: string | null
}

/**
 * Looks at the certificate of an https address, and sends nothing: that an unproven one can be looked at is all that it is for.
 *
 * @param ca the only authorities that may have signed it, in PEM; null: those that Node knows
 * @throws what prevents the connection
 */
export function shakeHands(origin: string, ca: readonly string[] | null): Promise<Shown> {
  const host = hostOf(origin)
  return new Promise((resolve, reject) => {
    const socket = connect({
      host,
      port: Number(new URL(origin).port || 443),
      ...(isIP(host) === 0 && { servername: host }),
      ...(ca && { ca: [...ca], allowPartialTrustChain: true }),
      minVersion: 'TLSv1.2',
      rejectUnauthorized: false,
    })
    socket.setTimeout(askDeadline, () => socket.destroy(new Error(`no answer within ${askDeadline / 1_000} s`)))
    socket.once('error', reject)
    socket.once('secureConnect', () => {
      const fault = socket.authorized ? null : codeOf(socket.authorizationError)
      resolve({ certificate: socket.getPeerCertificate(), fault })
      socket.destroy()
    })
  })
}

/** Node gives the code alone, or an error that has it. */
function codeOf(fault: unknown): string {
  return fault instanceof Error ? failure(fault) : printable(String(fault))
}
