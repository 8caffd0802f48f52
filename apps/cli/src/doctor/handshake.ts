import { connect, type PeerCertificate, type SecureContext } from 'node:tls'
import { addressOf } from '../gateway/tls/connection.ts'
import { askDeadline } from './deadlines.ts'

/** A certificate that isn't trusted. */
export class Untrusted extends Error {
  /** Node's, for what is wrong with it. */
  readonly code: string
  readonly cert: PeerCertificate

  constructor(code: string, cert: PeerCertificate) {
    super(code)
    this.code = code
    this.cert = cert
  }
}

/**
 * Looks at the certificate of an https address, and sends nothing: that an untrusted one can be looked at is all that it is for.
 *
 * @throws Untrusted, and what prevents the connection
 */
export function shakeHands(origin: string, trusted: SecureContext): Promise<PeerCertificate> {
  return new Promise((resolve, reject) => {
    const socket = connect({ ...addressOf(origin), secureContext: trusted, rejectUnauthorized: false })
    socket.setTimeout(askDeadline, () => socket.destroy(new Error(`no answer within ${askDeadline / 1_000} s`)))
    socket.once('error', reject)
    socket.once('secureConnect', () => {
      const certificate = socket.getPeerCertificate()
      if (socket.authorized) resolve(certificate)
      // Node gives the code alone, or an error that has it.
      else reject(new Untrusted(codeOf(socket.authorizationError), certificate))
      socket.destroy()
    })
  })
}

function codeOf(fault: unknown): string {
  return fault instanceof Error && 'code' in fault ? String(fault.code) : String(fault)
}
