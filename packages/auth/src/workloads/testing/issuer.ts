import { createServer, type ServerResponse } from 'node:http'
import { listen } from '@rack-gateway/testing/server'
import { type CryptoKey, exportJWK, SignJWT } from 'jose'
import { lendKeyPairs } from './lend-key-pairs.ts'

export { type LentKeyPairs, lendKeyPairs } from './lend-key-pairs.ts'

/** The issuer of a CI system, on a real socket. */
export interface TestIssuer {
  readonly url: string
  /** The paths of all requests, in order. */
  readonly asked: string[]
  /** If set, called for each request. @returns whether it has answered instead of the issuer */
  response: ((path: string, response: ServerResponse) => boolean) | null
  /** A JWT that the current key signed. These claims and header fields replace the usual ones. */
  jwt(claims?: Record<string, unknown>, header?: Record<string, unknown>): Promise<string>
  rotate(): Promise<void>
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

/** Some claims of a GitHub Actions job. */
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

let serial = 0

export async function startTestIssuer({
  audience,
  now = Date.now,
  alg = 'RS256',
}: TestIssuerOptions): Promise<TestIssuer> {
  const keyPairs = lendKeyPairs(alg)
  const newKey = async (): Promise<SigningKey> => {
    const { privateKey, publicKey } = await keyPairs.take()
    const kid = `key-${++serial}`
    return { kid, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' } }
  }
  let key = await newKey()
  // An earlier issuer may have had the same port, and a gateway may still cache its keys and trusts.
  const basePath = `/issuer-${++serial}`
  const asked: string[] = []
  const server = createServer((request, response) => {
    const path = (request.url ?? '').slice(basePath.length)
    asked.push(path)
    if (issuer.response?.(path, response)) return
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
    url: `${url}${basePath}`,
    asked,
    response: null,
    jwt(claims = {}, header = {}) {
      const at = Math.floor(now() / 1000)
      const usual = { iss: issuer.url, aud: audience, iat: at, nbf: at, exp: at + 300, jti: `jti-${++serial}` }
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

/** A JWT with any header, claims, and signature, including ones that no library would create. */
export function rawJwt(header: unknown, claims: unknown, signature = 'AAAA'): string {
  const encode = (value: unknown) =>
    Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')
  return `${encode(header)}.${encode(claims)}.${signature}`
}
