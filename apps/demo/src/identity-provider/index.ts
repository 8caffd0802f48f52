import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Configuration, interactionPolicy } from 'oidc-provider'
import { chooseUser } from './choose-user.ts'
import { loadLibrary } from './library.ts'
import { type ProviderFault, sendFaultyResponse, waitIfSlow } from './provider-fault.ts'
import { createSigning, type GenerateKeyPair } from './signing.ts'
import { type DemoUser, demoUsers } from './users.ts'

export type { FaultyResponse, ProviderFault } from './provider-fault.ts'
export { type DemoUser, demoGroups, demoUsers } from './users.ts'

export interface DemoIdentityProviderOptions {
  /** The gateway's origin. */
  readonly gatewayUrl: string
  /** Part of the issuer. Default: any free port. */
  readonly port?: number
  readonly users?: readonly DemoUser[]
  /** Makes the signing keys. Default: each key is new. */
  readonly generateKeyPair?: GenerateKeyPair
}

export type RefreshTokens = 'always' | 'with consent' | 'never'

export interface DemoIdentityProvider {
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: string
  /** The parameters of each authorization request and each exchange of a code, in order. */
  readonly received: {
    readonly authorizations: Readonly<Record<string, unknown>>[]
    readonly exchanges: Readonly<Record<string, unknown>>[]
    /** The number of requests for the provider's keys. */
    keys: number
    /** The number of requests for the provider's metadata. */
    metadata: number
  }
  injectFault(next: ProviderFault | null): void
  /** Sets when the provider issues refresh tokens, which are single-use. Default: always. */
  giveRefreshTokens(when: RefreshTokens): void
  rotateKeys(): Promise<void>
  setUsers(users: readonly DemoUser[]): void
  close(): Promise<void>
}

/** The provider requires PKCE (S256), and sends `iss` in the callback (RFC 9207). */
export async function startDemoIdentityProvider(options: DemoIdentityProviderOptions): Promise<DemoIdentityProvider> {
  const { Provider, interactionPolicy } = await loadLibrary()
  const server = createServer()
  await once(server.listen(options.port ?? 0, '127.0.0.1'), 'listening')
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const client = { id: 'rack-gateway', secret: randomBytes(24).toString('base64url') }
  const signing = await createSigning(options.generateKeyPair)
  const received: DemoIdentityProvider['received'] = { authorizations: [], exchanges: [], keys: 0, metadata: 0 }
  let users = options.users ?? demoUsers
  let fault: ProviderFault | null = null
  let refreshTokens: RefreshTokens = 'always'
  const provider = new Provider(issuer, {
    ...configuration,
    interactions: { url: (_context, { uid }) => `/choose/${uid}`, policy: askAlways(interactionPolicy) },
    clients: [
      {
        client_id: client.id,
        client_secret: client.secret,
        grant_types: ['authorization_code', 'refresh_token'],
        redirect_uris: [`${options.gatewayUrl}/gateway/auth/callback`],
      },
    ],
    // The library removes the scope `offline_access` from a request without `prompt=consent`.
    issueRefreshToken: async (_context, _client, { scopes }) =>
      refreshTokens === 'always' || (refreshTokens === 'with consent' && scopes.has('offline_access')),
    rotateRefreshToken: true,
    jwks: { keys: [signing.first as never] },
    cookies: { keys: [randomBytes(24).toString('base64url')] },
    findAccount: (_context, id) => {
      const user = users.find((one) => one.id === id)
      return user && { accountId: id, claims: () => claimsOf(user) }
    },
  })
  provider.use(async function observe(context, next) {
    await next()
    const { oidc, body } = context as typeof context & { body: { id_token?: string } | undefined }
    if (oidc?.route === 'authorization') received.authorizations.push({ ...oidc.params })
    if (oidc?.route !== 'token') return
    received.exchanges.push({ ...oidc.params })
    if (body?.id_token) context.body = { ...body, id_token: await signing.sign(body.id_token, fault) }
  })
  const serveLibrary = provider.callback()

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.url?.startsWith('/.well-known/')) received.metadata++
    await waitIfSlow(fault, request)
    if (sendFaultyResponse(fault, request, response)) return
    if (request.url === '/jwks') {
      received.keys++
      response
        .writeHead(200, { 'content-type': 'application/jwk-set+json' })
        .end(JSON.stringify(await signing.publishedKeys()))
      return
    }
    if (fault?.kind === 'callback') changeCallback(response, options.gatewayUrl, fault.change)
    if (await chooseUser(provider, users, request, response)) return
    await serveLibrary(request, response)
  }

  server.on('request', (request, response) => {
    serve(request, response).catch(() => {
      if (!response.headersSent) response.writeHead(400)
      response.end('this login no longer exists: start again at the gateway\n')
    })
  })

  return {
    issuer,
    clientId: client.id,
    clientSecret: client.secret,
    received,
    injectFault(next) {
      fault = next
    },
    giveRefreshTokens(when) {
      refreshTokens = when
    },
    rotateKeys: () => signing.rotate(),
    setUsers(next) {
      users = next
    },
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** Each login asks for a person, and never for consent. */
const configuration: Configuration = {
  claims: { openid: ['sub'], email: ['email', 'email_verified', 'hd'], groups: ['groups'] },
  scopes: ['openid', 'email', 'groups', 'offline_access'],
  conformIdTokenClaims: false,
  features: { devInteractions: { enabled: false } },
  pkce: { required: () => true },
  // The tabs of a browser share the provider's session. A login as another person in one tab must not invalidate the
  // code of another tab.
  expiresWithSession: () => false,
  ttl: {
    AuthorizationCode: 60,
    IdToken: 600,
    AccessToken: 600,
    Grant: 90 * 86_400,
    RefreshToken: 90 * 86_400,
    Interaction: 600,
    Session: 600,
  },
  async loadExistingGrant({ oidc }) {
    if (!oidc.client || !oidc.session?.accountId) return undefined
    const grant = new oidc.provider.Grant({ clientId: oidc.client.clientId, accountId: oidc.session.accountId })
    grant.addOIDCScope('openid email groups offline_access')
    await grant.save()
    return grant
  },
}

/** The form lets a person choose an account at each login, so `prompt=select_account` changes nothing. */
function askAlways({ base, Check, Prompt }: typeof interactionPolicy) {
  const policy = base()
  policy.add(new Prompt({ name: 'select_account', requestable: true }), 0)
  const check = new Check('choose', 'a person must be chosen', ({ oidc }) =>
    oidc.result?.login ? Check.NO_NEED_TO_PROMPT : Check.REQUEST_PROMPT,
  )
  policy.get('login')?.checks.add(check)
  return policy
}

function claimsOf({ id, email, emailVerified, groups }: DemoUser) {
  return { sub: id, email, email_verified: emailVerified, groups: [...groups] }
}

function changeCallback(response: ServerResponse, gatewayUrl: string, change: (values: URLSearchParams) => void): void {
  const setHeader = response.setHeader.bind(response)
  response.setHeader = (name, value) => {
    const isCallback = name.toLowerCase() === 'location' && String(value).startsWith(`${gatewayUrl}/`)
    if (!isCallback) return setHeader(name, value)
    const url = new URL(String(value))
    change(url.searchParams)
    return setHeader(name, url.href)
  }
}
