import oauth2, { type FastifyOAuth2Options, type OAuth2Namespace, type Token } from '@fastify/oauth2'
import type { Clock } from '@rack-gateway/time'
import Fastify, { type FastifyReply, type FastifyRequest } from 'fastify'
import type { JWTPayload } from 'jose'
import { LoginDenied, otherIssuer, refusedCode, unreachableProvider } from '../errors/login-denial.ts'
import type { Attempt } from './attempts.ts'
import { remoteKeys, verifyIdToken } from './id-token.ts'
import { discover, type Metadata, responseDeadline, responseLimit } from './metadata.ts'
import { callbackPath, googleIssuer, type LoginSettings } from './settings.ts'

export interface StartedAuthorization {
  /** The authorization endpoint with its parameters. */
  readonly url: string
  readonly state: string
  readonly nonce: string
  readonly verifier: string
}

export interface CallbackParameters {
  readonly code: string
  readonly state: string
  /** The issuer that the provider names (RFC 9207). */
  readonly iss: string | null
}

export interface AuthorizationRequest {
  readonly nonce: string
  /** The email address of the person whom the provider must ask for consent; else null. */
  readonly consentOf: string | null
  /** Whether the provider lets the user choose the account, even if the provider has a session. */
  readonly choosesAccount: boolean
}

export interface ProviderTokens {
  readonly claims: JWTPayload
  readonly refreshToken: string | null
}

/** `claims` returns null if the provider sends no ID token. */
export type RefreshResult =
  | { readonly kind: 'confirmed'; readonly refreshToken: string | null; claims(): Promise<JWTPayload | null> }
  | { readonly kind: 'revoked' }

export interface Provider {
  /** Whether the provider can issue refresh tokens. */
  readonly refreshable: boolean
  begin(request: AuthorizationRequest): Promise<StartedAuthorization>
  /** @throws LoginDenied */
  finish(attempt: Attempt, parameters: CallbackParameters): Promise<ProviderTokens>
  /**
   * A refresh token may be valid only once, so store the new one before you read the claims.
   *
   * @throws LoginDenied, as `claims` does
   */
  refresh(refreshToken: string): Promise<RefreshResult>
}

/**
 * @fastify/oauth2 has one pair of cookies for all logins of a browser. So their values are stored in the sealed cookie
 * of each login instead.
 */
const stateCookie = 'state'
const verifierCookie = 'verifier'

const offlineScope = 'offline_access'
const longestRefreshToken = 16_384

/** @throws LoginDenied */
export async function connectProvider(settings: LoginSettings, clock: Clock): Promise<Provider> {
  const metadata = await discover(settings.issuer)
  const flow = await authorizationCodeFlow(settings, metadata)
  const keys = remoteKeys(metadata.jwks_uri)
  const { issuer, clientId } = settings

  const refreshable = isRefreshable(settings, metadata)

  async function begin({ nonce, consentOf, choosesAccount }: AuthorizationRequest): Promise<StartedAuthorization> {
    const cookies = new Map<string, string>()
    // The plugin returns state and verifier as cookies of the reply.
    const reply = { setCookie: (name: string, value: string) => cookies.set(name, value) }
    const address = await flow.generateAuthorizationUri({} as FastifyRequest, reply as unknown as FastifyReply)
    const [state, verifier] = [cookies.get(stateCookie), cookies.get(verifierCookie)]
    if (!state || !verifier) throw new Error('@fastify/oauth2 made no state or no PKCE verifier')
    const url = new URL(address)
    url.searchParams.set('nonce', nonce)
    const [domain, another] = settings.allowedDomains
    if (settings.issuer === googleIssuer && domain && !another) url.searchParams.set('hd', domain)
    if (settings.issuer === googleIssuer) url.searchParams.set('access_type', 'offline')
    if (choosesAccount) url.searchParams.set('prompt', 'select_account')
    if (consentOf !== null) {
      url.searchParams.set('prompt', 'consent')
      url.searchParams.set('login_hint', consentOf)
    }
    return { url: url.href, state, nonce, verifier }
  }

  async function finish(attempt: Attempt, { code, state, iss }: CallbackParameters): Promise<ProviderTokens> {
    if (iss === null ? metadata.authorization_response_iss_parameter_supported === true : iss !== settings.issuer)
      throw new LoginDenied(otherIssuer)
    const cookies = { [stateCookie]: attempt.state, [verifierCookie]: attempt.verifier }
    const request = { query: { code, state }, cookies } as unknown as FastifyRequest
    const { token } = await flow.getAccessTokenFromAuthorizationCodeFlow(request).catch((error: unknown) => {
      throw explain(error)
    })
    const claims = await verifyIdToken(token.id_token, keys, { issuer, clientId, nonce: attempt.nonce }, clock)
    return { claims, refreshToken: refreshTokenOf(token) }
  }

  async function refresh(refreshToken: string): Promise<RefreshResult> {
    const previous = { refresh_token: refreshToken } as Token
    const response = await flow.getNewAccessTokenUsingRefreshToken(previous, {}).catch((error: unknown) => {
      if (isRevoked(error)) return null
      throw explain(error)
    })
    if (response === null) return { kind: 'revoked' }
    const { token } = response
    return {
      kind: 'confirmed',
      refreshToken: refreshTokenOf(token),
      async claims() {
        if (token.id_token === undefined) return null
        return verifyIdToken(token.id_token, keys, { issuer, clientId, nonce: null }, clock)
      },
    }
  }

  return { refreshable, begin, finish, refresh }
}

/**
 * @fastify/oauth2 reads its endpoints when it is registered, but the gateway discovers the provider only after it has
 * started to listen. So the plugin is registered in a Fastify instance that never listens.
 */
async function authorizationCodeFlow(settings: LoginSettings, metadata: Metadata): Promise<OAuth2Namespace> {
  const instance = Fastify()
  await instance.register(oauth2, flowOptions(settings, metadata))
  await instance.ready()
  return instance.getDecorator<OAuth2Namespace>('provider')
}

function flowOptions(settings: LoginSettings, metadata: Metadata): FastifyOAuth2Options {
  const authorization = new URL(metadata.authorization_endpoint)
  const token = new URL(metadata.token_endpoint)
  const methods = metadata.token_endpoint_auth_methods_supported
  const byBody = methods !== undefined && !methods.includes('client_secret_basic')
  const groupsScope = settings.groupsClaim !== null && metadata.scopes_supported?.includes(settings.groupsClaim)
  return {
    name: 'provider',
    scope: [
      'openid',
      'email',
      ...(groupsScope ? [settings.groupsClaim ?? ''] : []),
      ...(metadata.scopes_supported?.includes(offlineScope) ? [offlineScope] : []),
    ],
    credentials: {
      client: { id: settings.clientId, secret: settings.clientSecret },
      auth: {
        authorizeHost: authorization.origin,
        authorizePath: authorization.pathname + authorization.search,
        tokenHost: token.origin,
        tokenPath: token.pathname + token.search,
      },
      options: { authorizationMethod: byBody ? 'body' : 'header' },
      http: { timeout: responseDeadline, maxBytes: responseLimit },
    },
    callbackUri: `${settings.publicUrl}${callbackPath}`,
    pkce: 'S256',
    userAgent: 'rack-gateway',
    redirectStateCookieName: stateCookie,
    verifierCookieName: verifierCookie,
  }
}

/** Google has the parameter `access_type` instead of the scope `offline_access`. */
function isRefreshable({ issuer }: LoginSettings, metadata: Metadata): boolean {
  return issuer === googleIssuer || metadata.scopes_supported?.includes(offlineScope) === true
}

function refreshTokenOf({ refresh_token: token }: Partial<Token>): string | null {
  return typeof token === 'string' && token !== '' && token.length <= longestRefreshToken ? token : null
}

/** @see RFC 6749, section 5.2 */
function isRevoked(error: unknown): boolean {
  const { data } = error as { data?: { payload?: { error?: unknown } } }
  return statusOf(error) === 400 && data?.payload?.error === 'invalid_grant'
}

/** Drops the error itself, because it contains the request with the client secret and the code. */
function explain(error: unknown): LoginDenied {
  const status = statusOf(error)
  const why = `the token endpoint answered ${status ?? 'with no valid response'}`
  if (status !== null && status >= 400 && status < 500 && status !== 429) return new LoginDenied(refusedCode, { why })
  return new LoginDenied(unreachableProvider, { why })
}

/** Null for a timeout or an invalid response. For these, the library makes up a status. */
function statusOf(error: unknown): number | null {
  const { data, output } = error as { data?: { isResponseError?: boolean }; output?: { statusCode?: number } }
  return data?.isResponseError === true ? (output?.statusCode ?? null) : null
}
