import { readFileSync } from 'node:fs'
import tls from 'node:tls'

/** The usual paths of a bundle of authorities. */
const files = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
  '/etc/ssl/ca-bundle.pem',
  '/etc/ssl/cert.pem',
]

/** PEM. Before Node 22.15, the authorities come from a file: none on Windows, and few on macOS. */
export function systemAuthorities(env: NodeJS.ProcessEnv): readonly string[] {
  if ('getCACertificates' in tls && typeof tls.getCACertificates === 'function')
    return [...tls.getCACertificates('system')]
  const candidates = env.SSL_CERT_FILE ? [env.SSL_CERT_FILE] : files
  for (const file of candidates) {
    try {
      return [readFileSync(file, 'utf8')]
    } catch {
      // Try the next path.
    }
  }
  return []
}
