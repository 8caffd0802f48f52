import { randomUUID } from 'node:crypto'
import { base64url, decodeJwt, exportJWK, exportSPKI, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose'
import type { Misbehaviour } from './misbehaviour.ts'

type Pair = Awaited<ReturnType<typeof generateKeyPair>>

/** Makes an extractable key pair for RS256. */
export type GenerateKeyPair = () => Promise<Pair>

interface SigningKey {
  readonly id: string
  readonly privateKey: Pair['privateKey']
  readonly publicKey: Pair['publicKey']
}

/** The provider's keys. The newest one signs, and `published` are in its key set. */
export interface Signing {
  /** What the library itself is to have. */
  readonly first: JWK
  published(): Promise<{ keys: JWK[] }>
  /** A new key takes over, and the old ones aren't told any more. */
  rotate(): Promise<void>
  /** The library's id_token, signed by the key that signs now, or wrongly. */
  sign(token: string, misbehaviour: Misbehaviour | null): Promise<string | undefined>
}

export async function createSigning(
  generate: GenerateKeyPair = () => generateKeyPair('RS256', { extractable: true }),
): Promise<Signing> {
  const makeKey = async (): Promise<SigningKey> => ({ ...(await generate()), id: randomUUID() })
  let current = await makeKey()
  const first = { ...(await exportJWK(current.privateKey)), kid: current.id, alg: 'RS256', use: 'sig' }

  async function sign(token: string, misbehaviour: Misbehaviour | null): Promise<string | undefined> {
    const claims = decodeJwt(token)
    switch (misbehaviour?.kind) {
      case 'no-id-token':
        return undefined
      case 'alg-none':
        return `${base64url.encode(JSON.stringify({ alg: 'none' }))}.${base64url.encode(JSON.stringify(claims))}.`
      case 'public-key-as-secret': {
        const secret = new TextEncoder().encode(await exportSPKI(current.publicKey))
        return new SignJWT(claims).setProtectedHeader({ alg: 'HS256', kid: current.id }).sign(secret)
      }
      case 'foreign-key':
        return signWith({ ...(await makeKey()), id: misbehaviour.keyId }, claims)
      case 'signature': {
        const [head, payload, signature = ''] = (await signWith(current, claims)).split('.')
        return `${head}.${payload}.${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`
      }
      case 'claims':
        return signWith(current, misbehaviour.change(claims))
      default:
        return signWith(current, claims)
    }
  }

  return {
    first,
    sign,
    async published() {
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
