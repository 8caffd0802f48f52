import { randomUUID } from 'node:crypto'
import { base64url, decodeJwt, exportJWK, exportSPKI, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose'
import type { ProviderFault } from './provider-fault.ts'

type Pair = Awaited<ReturnType<typeof generateKeyPair>>

/** Makes an extractable key pair for RS256. */
export type GenerateKeyPair = () => Promise<Pair>

interface SigningKey {
  readonly id: string
  readonly privateKey: Pair['privateKey']
  readonly publicKey: Pair['publicKey']
}

export interface Signing {
  /** The first private key, for the configuration of the library. */
  readonly first: JWK
  /** Only the public key of the current signing key. */
  publishedKeys(): Promise<{ keys: JWK[] }>
  rotate(): Promise<void>
  /**
   * Signs the claims of the library's ID token with the current key, or as the fault requires.
   *
   * @returns undefined if the response must have no ID token
   */
  sign(token: string, fault: ProviderFault | null): Promise<string | undefined>
}

export async function createSigning(
  generate: GenerateKeyPair = () => generateKeyPair('RS256', { extractable: true }),
): Promise<Signing> {
  const makeKey = async (): Promise<SigningKey> => ({ ...(await generate()), id: randomUUID() })
  let current = await makeKey()
  const first = { ...(await exportJWK(current.privateKey)), kid: current.id, alg: 'RS256', use: 'sig' }

  async function sign(token: string, fault: ProviderFault | null): Promise<string | undefined> {
    const claims = decodeJwt(token)
    switch (fault?.kind) {
      case 'no-id-token':
        return undefined
      case 'alg-none':
        return `${base64url.encode(JSON.stringify({ alg: 'none' }))}.${base64url.encode(JSON.stringify(claims))}.`
      case 'public-key-as-secret': {
        const secret = new TextEncoder().encode(await exportSPKI(current.publicKey))
        return new SignJWT(claims).setProtectedHeader({ alg: 'HS256', kid: current.id }).sign(secret)
      }
      case 'foreign-key':
        return signWith({ ...(await makeKey()), id: fault.keyId }, claims)
      case 'signature': {
        const [head, payload, signature = ''] = (await signWith(current, claims)).split('.')
        return `${head}.${payload}.${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`
      }
      case 'claims':
        return signWith(current, fault.change(claims))
      default:
        return signWith(current, claims)
    }
  }

  return {
    first,
    sign,
    async publishedKeys() {
      return { keys: [{ ...(await exportJWK(current.publicKey)), kid: current.id, alg: 'RS256', use: 'sig' }] }
    },
    async rotate() {
      current = await makeKey()
    },
  }
}

function signWith({ privateKey, id }: SigningKey, claims: JWTPayload): Promise<string> {
  return new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: id, typ: 'JWT' }).sign(privateKey)
}
