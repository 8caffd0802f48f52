import { createServer, type ServerResponse } from 'node:http'
import { listen } from '@rack-gateway/testing/server'
import { type CryptoKey, exportJWK, SignJWT } from 'jose'
import { lendKeyPairs } from './lend-key-pairs.ts'

export { type LentKeyPairs, lendKeyPairs } from './lend-key-pairs.ts'

/** The CI system's side: an issuer on a real socket with keys of its own, which can rotate, be slow, broken or down. */
export interface TestIssuer {
  readonly url: string
  /** Paths that were asked for, in order. */
  readonly asked: string[]
  /** Answers instead of the usual one, while it is set. */
  answer: ((path: string, response: ServerResponse) => boolean) | null
  /** A JWT with these claims over the usual ones, signed by the newest key. */
  jwt(claims?: Record<string, unknown>, header?: Record<string, unknown>): Promise<string>
  /** Another key, and the old ones no more. */
  rotate(): Promise<void>
  /** What the newest key publishes. */
  jwk(): Record<string, unknown>
  stop(): Promise<void>
}

export interface TestIssuerOptions {
  readonly audience: string
  /** Milliseconds since the epoch. */
  readonly now?: () => number
  readonly alg?: string
}

interface SigningKey {
  readonly kid: string
  readonly privateKey: CryptoKey
  readonly jwk: Record<string, unknown>
}

/** What a job of GitHub Actions says, shortened. */
export const githubClaims = {
  sub: 'repo:acme/app:ref:refs/heads/main',
  repository: 'acme/app',
  repository_id: '74',
  repository_owner: 'acme',
  repository_owner_id: '65',
  event_name: 'push',
  ref: 'refs/heads/main',
  sha: 'c0ffee0000000000000000000000000000000000',
  workflow_ref: 'acme/app/.github/workflows/deploy.yml@refs/heads/main',
  run_id: '9001',
  run_attempt: '1',
  actor: 'ada',
}

let made = 0

export async function startTestIssuer({
  audience,
  now = Date.now,
  alg = 'RS256',
}: TestIssuerOptions): Promise<TestIssuer> {
  const keyPairs = lendKeyPairs(alg)
  const newKey = async (): Promise<SigningKey> => {
    const { privateKey, publicKey } = await keyPairs.take()
    const kid = `key-${++made}`
    return { kid, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' } }
  }
  let key = await newKey()
  // A port may be one that an earlier issuer had, whose keys and trusts a gateway remembers.
  const place = `/issuer-${++made}`
  const asked: string[] = []
  const server = createServer((request, response) => {
    const path = (request.url ?? '').slice(place.length)
    asked.push(path)
    if (issuer.answer?.(path, response)) return
    const documents: Record<string, unknown> = {
      '/.well-known/openid-configuration': { issuer: issuer.url, jwks_uri: `${issuer.url}/jwks` },
      '/jwks': { keys: [key.jwk] },
    }
    const body = documents[path]
    response.writeHead(body === undefined ? 404 : 200, { 'content-type': 'application/json' })
    response.end(JSON.stringify(body ?? {}))
  })
  const { url, close } = await listen(server)
  const issuer: TestIssuer = {
    url: `${url}${place}`,
    asked,
    answer: null,
    jwt(claims = {}, header = {}) {
      const at = Math.floor(now() / 1000)
      const usual = { iss: issuer.url, aud: audience, iat: at, nbf: at, exp: at + 300, jti: `jti-${++made}` }
      const payload = JSON.parse(JSON.stringify({ ...githubClaims, ...usual, ...claims }))
      return new SignJWT(payload).setProtectedHeader({ alg, kid: key.kid, typ: 'JWT', ...header }).sign(key.privateKey)
    },
    async rotate() {
      key = await newKey()
    },
    jwk: () => key.jwk,
    async stop() {
      await close()
      keyPairs.takeBack()
    },
  }
  return issuer
}

/** A JWT of any header and claims with any third part, as no library would make it. */
export function rawJwt(header: unknown, claims: unknown, signature = 'AAAA'): string {
  const encode = (value: unknown) =>
    Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')
  return `${encode(header)}.${encode(claims)}.${signature}`
}
