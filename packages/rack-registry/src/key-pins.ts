import { createHash, type X509Certificate } from 'node:crypto'
import type { TLSSocket } from 'node:tls'
import { variableSuffix } from './causes.ts'
import { RackNotPinned } from './errors.ts'

/**
 * Why the other end of a connection isn't the rack, or null when its key is one of `pins`.
 *
 * The handshake has proven that the other end holds the key of the certificate it showed, whoever signed that one.
 *
 * @param pins `sha256/` and the base64 of the SHA-256 of a SubjectPublicKeyInfo in DER
 * @see RFC 7469, section 2.4
 */
export function keyProblem(socket: TLSSocket, pins: readonly string[], rack: string): Error | null {
  const certificate = socket.getPeerX509Certificate()
  const key = certificate === undefined ? null : keyDigest(certificate)
  if (certificate === undefined || key === null) {
    return new RackNotPinned(rack, 'it showed no certificate with a key that can be read')
  }
  if (pins.includes(key)) return null
  const variable = `RACK_TLS_PIN_${variableSuffix(rack)}`
  const mistaken = pins.includes(spelled(certificate.raw))
  return new RackNotPinned(
    rack,
    mistaken
      ? `${variable} holds the SHA-256 of its certificate; it should be that of the certificate's key, ${key}`
      : `the key of its certificate is ${key}, which is not in ${variable} (add it there if the rack was given it on purpose; if not, someone else may be answering in its place)`,
  )
}

/** Null for a key that Node can't read. */
function keyDigest(certificate: X509Certificate): string | null {
  try {
    return spelled(certificate.publicKey.export({ type: 'spki', format: 'der' }))
  } catch {
    return null
  }
}

function spelled(bytes: Buffer): string {
  return `sha256/${createHash('sha256').update(bytes).digest('base64')}`
}
