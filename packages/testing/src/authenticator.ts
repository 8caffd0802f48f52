import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto'

export interface AuthenticatorOptions {
  /** The origin of the page, such as `https://gateway.example.com`. */
  readonly origin: string
  /** Whether the counter increases with each signature. Default: true. Synchronized passkeys always send 0. */
  readonly countsSignatures?: boolean
}

/** Values that a response has instead of the correct values. */
export interface Deviations {
  readonly origin?: string
  readonly rpId?: string
  /** base64url. */
  readonly challenge?: string
  /** `webauthn.create` or `webauthn.get`. */
  readonly type?: string
  readonly crossOrigin?: boolean
  /** Whether the user touched the authenticator. Default: true. */
  readonly userPresent?: boolean
  /** Whether the user gave a PIN or fingerprint. Default: true. */
  readonly userVerified?: boolean
  readonly counter?: number
  /** base64url. */
  readonly credentialId?: string
  readonly signature?: Buffer
  /** The format of the attestation, and its statement as CBOR. Default: `none`. */
  readonly attestation?: { readonly format: string; readonly statement: Buffer }
}

/** A security key in software with one credential: ES256, attestation `none`. @see W3C Web Authentication Level 3 */
export function createAuthenticator({ origin, countsSignatures = true }: AuthenticatorOptions) {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const credentialId = randomBytes(32)
  const id = credentialId.toString('base64url')
  let signatures = 0

  function nextCounter(): number {
    if (countsSignatures) signatures++
    return signatures
  }

  /** The JSON of `navigator.credentials.create()`. @param options the server's options */
  function create(options: object, deviations: Deviations = {}) {
    const { challenge, rp } = options as { readonly challenge: string; readonly rp: { readonly id: string } }
    const clientData = clientDataOf('webauthn.create', challenge, origin, deviations)
    const credential = Buffer.concat([
      Buffer.alloc(16),
      bigEndian(credentialId.length, 2),
      credentialId,
      cosePublicKey(publicKey.export({ format: 'jwk' })),
    ])
    const authData = Buffer.concat([authenticatorData(rp.id, nextCounter(), deviations, credentialFlag), credential])
    const { format, statement } = deviations.attestation ?? { format: 'none', statement: cborMap([]) }
    const attestationObject = cborMap([
      [cborText('fmt'), cborText(format)],
      [cborText('attStmt'), statement],
      [cborText('authData'), cborBytes(authData)],
    ])
    return {
      id,
      rawId: id,
      type: 'public-key',
      authenticatorAttachment: 'cross-platform',
      clientExtensionResults: {},
      response: {
        clientDataJSON: clientData.toString('base64url'),
        attestationObject: attestationObject.toString('base64url'),
        transports: ['usb'],
      },
    }
  }

  /** The JSON of `navigator.credentials.get()`. @param options the server's options */
  function get(options: object, deviations: Deviations = {}) {
    const { challenge, rpId } = options as { readonly challenge: string; readonly rpId: string }
    const clientData = clientDataOf('webauthn.get', challenge, origin, deviations)
    const authData = authenticatorData(rpId, nextCounter(), deviations)
    const signature = deviations.signature ?? sign('sha256', Buffer.concat([authData, sha256(clientData)]), privateKey)
    const credential = deviations.credentialId ?? id
    return {
      id: credential,
      rawId: credential,
      type: 'public-key',
      clientExtensionResults: {},
      response: {
        clientDataJSON: clientData.toString('base64url'),
        authenticatorData: authData.toString('base64url'),
        signature: signature.toString('base64url'),
      },
    }
  }

  return { id, create, get }
}

const userPresentFlag = 0x01
const userVerifiedFlag = 0x04
const credentialFlag = 0x40

function authenticatorData(rpId: string, counter: number, deviations: Deviations, flags = 0): Buffer {
  const { userPresent = true, userVerified = true } = deviations
  const allFlags = flags | (userPresent ? userPresentFlag : 0) | (userVerified ? userVerifiedFlag : 0)
  const parts = [sha256(deviations.rpId ?? rpId), Buffer.of(allFlags), bigEndian(deviations.counter ?? counter, 4)]
  return Buffer.concat(parts)
}

function clientDataOf(type: string, challenge: string, origin: string, deviations: Deviations): Buffer {
  const { crossOrigin = false } = deviations
  const clientData = {
    type: deviations.type ?? type,
    challenge: deviations.challenge ?? challenge,
    origin: deviations.origin ?? origin,
    crossOrigin,
  }
  return Buffer.from(JSON.stringify(clientData))
}

function cosePublicKey({ x = '', y = '' }: { readonly x?: string; readonly y?: string }): Buffer {
  return cborMap([
    [cborInteger(1), cborInteger(2)],
    [cborInteger(3), cborInteger(-7)],
    [cborInteger(-1), cborInteger(1)],
    [cborInteger(-2), cborBytes(Buffer.from(x, 'base64url'))],
    [cborInteger(-3), cborBytes(Buffer.from(y, 'base64url'))],
  ])
}

/** CBOR: RFC 8949, section 3. */
export function cborMap(entries: readonly (readonly [key: Buffer, value: Buffer])[]): Buffer {
  return Buffer.concat([cborHead(5, entries.length), ...entries.flat()])
}

export function cborArray(items: readonly Buffer[]): Buffer {
  return Buffer.concat([cborHead(4, items.length), ...items])
}

export function cborText(text: string): Buffer {
  return Buffer.concat([cborHead(3, Buffer.byteLength(text)), Buffer.from(text)])
}

export function cborBytes(bytes: Buffer): Buffer {
  return Buffer.concat([cborHead(2, bytes.length), bytes])
}

export function cborInteger(value: number): Buffer {
  return value < 0 ? cborHead(1, -1 - value) : cborHead(0, value)
}

function cborHead(major: number, value: number): Buffer {
  if (value < 24) return Buffer.of((major << 5) | value)
  if (value < 0x100) return Buffer.of((major << 5) | 24, value)
  return Buffer.concat([Buffer.of((major << 5) | 25), bigEndian(value, 2)])
}

function bigEndian(value: number, length: number): Buffer {
  const bytes = Buffer.alloc(length)
  bytes.writeUIntBE(value, 0, length)
  return bytes
}

function sha256(data: string | Buffer): Buffer {
  return createHash('sha256').update(data).digest()
}
