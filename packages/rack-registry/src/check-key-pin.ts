import { createHash, type X509Certificate } from 'node:crypto'
import { RackNotPinned } from './errors.ts'
import { variableSuffix } from './failure-reasons.ts'

/**
 * The TLS handshake has already proven that the server owns the key.
 *
 * @param pins `sha256/` and the base64 of the SHA-256 of a SubjectPublicKeyInfo in DER
 * @returns an error if the key is not pinned
 * @see RFC 7469, section 2.4
 */
export function checkKeyPin(
  certificate: X509Certificate | undefined,
  pins: readonly string[],
  rack: string,
): Error | null {
  const key = certificate === undefined ? null : publicKeyHash(certificate)
  if (certificate === undefined || key === null) {
    return new RackNotPinned(rack, 'it sent no certificate with a readable key')
  }
  if (pins.includes(key)) return null
  const variable = `RACK_TLS_PIN_${variableSuffix(rack)}`
  const pinsCertificate = pins.includes(formatPin(certificate.raw))
  return new RackNotPinned(
    rack,
    pinsCertificate
      ? `${variable} is the SHA-256 of its certificate, but must be the SHA-256 of the certificate's key, ${key}`
      : `the key of its certificate is ${key}, which is not in ${variable} (add the key if you gave it to the rack; otherwise another server may be answering)`,
  )
}

/** Null for a key that Node can't read. */
function publicKeyHash(certificate: X509Certificate): string | null {
  try {
    return formatPin(certificate.publicKey.export({ type: 'spki', format: 'der' }))
  } catch {
    return null
  }
}

function formatPin(bytes: Buffer): string {
  return `sha256/${createHash('sha256').update(bytes).digest('base64')}`
}
