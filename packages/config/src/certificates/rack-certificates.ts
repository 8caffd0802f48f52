import { X509Certificate } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { errnoReason } from '../files/errno.ts'

/** A bundle of all public authorities has 250 KB. */
const maximumBytes = 1024 * 1024

const block = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g

export type CertificateText = { readonly text: string } | { readonly problem: string }

/** The value itself if it is empty or PEM text, or else the content of the file that the value names. */
export function certificateText(value: string): CertificateText {
  if (value === '' || value.includes('-----')) return { text: value }
  try {
    const file = statSync(value)
    // A pipe or a device could block the start.
    if (!file.isFile()) return { problem: 'names something that is not a file' }
    if (file.size > maximumBytes) return { problem: 'names a file of more than 1 MiB' }
    return { text: readFileSync(value, 'utf8') }
  } catch (error) {
    return { problem: `names a file that cannot be read: ${errnoReason(error)}` }
  }
}

export function certificatesIn(text: string): string {
  return (text.match(block) ?? []).join('\n')
}

export function certificatesProblem(text: string): string | null {
  if (text.includes('PRIVATE KEY-----')) return 'contains a private key, which belongs on its server alone'
  if (text.includes('\\n')) return 'has \\n written in it where a line should end'
  const certificates = text.match(block) ?? []
  if (certificates.length === 0) return 'contains no certificate'
  if (text.split('-----BEGIN ').length - 1 !== certificates.length)
    return 'has a PEM block that is not a whole certificate'
  const broken = certificates.findIndex((certificate) => !isReadable(certificate))
  return broken === -1 ? null : `has a certificate (number ${broken + 1}) that cannot be read`
}

function isReadable(certificate: string): boolean {
  try {
    return new X509Certificate(certificate).raw.length > 0
  } catch {
    return false
  }
}
