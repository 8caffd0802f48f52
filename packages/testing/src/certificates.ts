import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** The certificates of a TLS server in PEM, beginning with the server's own certificate, and its private key. */
export interface TlsIdentity {
  readonly cert: string
  readonly key: string
}

/** The path of a file in `certificates/`, for programs that read it themselves. */
export function certificatePath(name: string): string {
  return fileURLToPath(new URL(`../certificates/${name}.pem`, import.meta.url))
}

function read(name: string): string {
  return readFileSync(certificatePath(name), 'utf8').trimEnd()
}

/** The root of the test authority. Each certificate is valid from 2020 to 2120 unless its comment says otherwise. */
export const rootCertificate = read('root')

/** A root that signed none of the other certificates. */
export const otherRootCertificate = read('other-root')

/** Signed by the root. The intermediate signed all server certificates except the self-signed certificate. */
export const intermediateCertificate = read('intermediate')

/** For localhost, 127.0.0.1, and rack.internal, without the intermediate. */
export const serverCertificate = read('server')
export const serverKey = read('server-key')

/** Valid for localhost, 127.0.0.1, and rack.internal. */
export const serverIdentity: TlsIdentity = readIdentity('server', 'server')

/** Another certificate for the names and the key of `serverIdentity`. */
export const renewedIdentity: TlsIdentity = readIdentity('renewed', 'server')

/** For the names and the key of `serverIdentity`, but it expired in 2021. */
export const expiredIdentity: TlsIdentity = readIdentity('expired', 'server')

/** For the names and the key of `serverIdentity`, but it becomes valid in 2119. */
export const notYetValidIdentity: TlsIdentity = readIdentity('not-yet-valid', 'server')

/** For elsewhere.example, with a key of its own. */
export const otherHostIdentity: TlsIdentity = readIdentity('other-host', 'other-host')

/** For localhost, 127.0.0.1, and rack.internal, signed by its own key. */
export const selfSignedIdentity: TlsIdentity = { cert: read('self-signed'), key: read('self-signed-key') }

function readIdentity(name: string, key: string): TlsIdentity {
  return { cert: `${read(name)}\n${intermediateCertificate}`, key: read(`${key}-key`) }
}
