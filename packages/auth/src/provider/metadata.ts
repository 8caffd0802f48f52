import { type Static, Type } from 'typebox'
import { Value } from 'typebox/value'
import { brokenProvider, LoginDenied, unreachableProvider } from '../errors/login-denial.ts'

/**
 * The part of the provider's metadata that the gateway uses.
 *
 * @see OpenID Connect Discovery 1.0, section 3; RFC 9207 for the last field
 */
export const Metadata = Type.Object({
  issuer: Type.String(),
  authorization_endpoint: Type.String(),
  token_endpoint: Type.String(),
  jwks_uri: Type.String(),
  code_challenge_methods_supported: Type.Optional(Type.Array(Type.String())),
  token_endpoint_auth_methods_supported: Type.Optional(Type.Array(Type.String())),
  scopes_supported: Type.Optional(Type.Array(Type.String())),
  authorization_response_iss_parameter_supported: Type.Optional(Type.Boolean()),
})
export type Metadata = Static<typeof Metadata>

/** Milliseconds for one request to the provider. */
export const responseDeadline = 5_000
/** Bytes of one response of the provider. */
export const responseLimit = 512 * 1024

/** @throws LoginDenied */
export async function discover(issuer: string): Promise<Metadata> {
  const metadata = await fetchMetadata(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`)
  if (!Value.Check(Metadata, metadata)) throw broken('its metadata is incomplete')
  if (metadata.issuer !== issuer) throw broken('its metadata names another issuer')
  const endpoints = [metadata.authorization_endpoint, metadata.token_endpoint, metadata.jwks_uri]
  if (!endpoints.every((url) => isUsable(url, issuer))) throw broken('an endpoint of its metadata is not https')
  if (metadata.code_challenge_methods_supported?.includes('S256') === false) throw broken('it has no PKCE with S256')
  return metadata
}

/** A sentence without addresses, or null if the metadata of the provider is usable. */
export async function providerProblem(issuer: string): Promise<string | null> {
  try {
    await discover(issuer)
    return null
  } catch (error) {
    if (!(error instanceof LoginDenied)) throw error
    const { denial, detail } = error
    return detail.why === undefined ? `${denial.title}.` : `${denial.title}: ${detail.why}.`
  }
}

/** Allows plain http only on loopback, and only if the issuer itself uses it. */
function isUsable(url: string, issuer: string): boolean {
  if (!URL.canParse(url)) return false
  const { protocol, hostname } = new URL(url)
  return protocol === 'https:' || (protocol === 'http:' && issuer.startsWith('http:') && isLoopback(hostname))
}

function isLoopback(hostname: string): boolean {
  return ['127.0.0.1', 'localhost', '[::1]'].includes(hostname)
}

function broken(why: string): LoginDenied {
  return new LoginDenied(brokenProvider, { why })
}

async function fetchMetadata(url: string): Promise<unknown> {
  const response = await boundedFetch(url).catch((error: unknown) => {
    throw new LoginDenied(unreachableProvider, { why: nameOf(error) })
  })
  if (response.status === 429 || response.status >= 500)
    throw new LoginDenied(unreachableProvider, { why: `status ${response.status}` })
  if (response.status !== 200) throw broken(`status ${response.status}`)
  return response.json().catch(() => {
    throw broken('it is not JSON')
  })
}

/** Like `fetch`, but reads the whole response within the timeout and the size limit, and follows no redirects. */
export async function boundedFetch(url: string, init: RequestInit = {}): Promise<Response> {
  const response = await fetch(url, { ...init, redirect: 'manual', signal: AbortSignal.timeout(responseDeadline) })
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength
    if (size > responseLimit) throw new Error('the response is too large')
    chunks.push(chunk)
  }
  const { status, headers } = response
  return new Response(status === 204 || status === 304 ? null : Buffer.concat(chunks), { status, headers })
}

function nameOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  if (!(cause instanceof Error)) return 'unknown'
  return 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.name
}
