import { connect, type PeerCertificate, type SecureContext } from 'node:tls'
import { addressOf } from '../gateway/tls/connection.ts'
import { requestDeadline } from './findings/deadlines.ts'

export class UntrustedCertificate extends Error {
  /** Node's error code. */
  readonly code: string
  readonly cert: PeerCertificate

  constructor(code: string, cert: PeerCertificate) {
    super(code)
    this.code = code
    this.cert = cert
  }
}

/**
 * Gets the certificate of an https address. Sends nothing after the TLS handshake.
 *
 * @throws UntrustedCertificate, which contains the certificate, and connection errors
 */
export function fetchCertificate(origin: string, trusted: SecureContext): Promise<PeerCertificate> {
  return new Promise((resolve, reject) => {
    const socket = connect({ ...addressOf(origin), secureContext: trusted, rejectUnauthorized: false })
    socket.setTimeout(requestDeadline, () =>
      socket.destroy(new Error(`it did not answer within ${requestDeadline / 1_000} s`)),
    )
    socket.once('error', reject)
    socket.once('secureConnect', () => {
      const certificate = socket.getPeerCertificate()
      if (socket.authorized) resolve(certificate)
      // Node sets `authorizationError` either to a code or to an error with a code.
      else reject(new UntrustedCertificate(codeOf(socket.authorizationError), certificate))
      socket.destroy()
    })
  })
}

function codeOf(fault: unknown): string {
  return fault instanceof Error && 'code' in fault ? String(fault.code) : String(fault)
}
