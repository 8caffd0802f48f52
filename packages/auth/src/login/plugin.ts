import { randomBytes } from 'node:crypto'
import type { Database } from '@rack-gateway/database'
import type { Explanation } from '@rack-gateway/errors'
import type { Clock } from '@rack-gateway/time'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import type { CanInvite } from '../admin/invitations.ts'
import { isDenial } from '../errors/denial.ts'
import {
  brokenProvider,
  expiredLogin,
  LoginDenied,
  refusedByProvider,
  unknownLogin,
  usedLogin,
} from '../errors/login-denial.ts'
import { callerAddress } from '../http/source-address.ts'
import { type Attempt, attemptLife } from '../provider/attempts.ts'
import type { ProviderSource } from '../provider/provider-source.ts'
import { type ProviderUser, providerUserOf } from '../provider/provider-user.ts'
import { callbackPath, type LoginSettings } from '../provider/settings.ts'
import type { BrowserSessions } from '../sessions/browser-sessions.ts'
import { cookieValues } from '../sessions/cookies.ts'
import { closeSession } from '../sessions/sessions.ts'
import type { Keys } from '../tokens/login-keys.ts'
import type { TokenMint } from '../tokens/token.ts'
import { type Change, type ChangeDatabase, changeIdentities } from '../transactions/change.ts'
import { loginAuthor, type RecordIdentityEvents } from '../transactions/events.ts'
import { type Callback, readCallback } from './callback.ts'
import { logout } from './logout.ts'
import { createOpenAttempts } from './open-attempts.ts'
import { busyPage, denialPage, explainLimit, type RateLimitError, unavailablePage } from './pages.ts'
import type { ProviderRefreshTokens } from './provider-refresh-tokens.ts'
import { goTo, home, returnTo } from './return-to.ts'
import { type SignedIn, signIn, takeAttempt } from './sign-in.ts'

export type { CanInvite } from '../admin/invitations.ts'
export { providerProblem } from '../provider/metadata.ts'
export { createProviderSource, type ProviderSource } from '../provider/provider-source.ts'
export type { LoginSettings } from '../provider/settings.ts'
export { Html, html, sendPage } from './html.ts'
export { createProviderRefreshTokens, type ProviderRefreshTokens } from './provider-refresh-tokens.ts'
export { createRecheck, type Recheck } from './recheck.ts'

export interface FailedLogin extends Explanation {
  readonly request: FastifyRequest
  readonly rule: string
  readonly detail: Readonly<Record<string, string>>
}

export interface LoginOptions {
  readonly settings: LoginSettings
  readonly provider: ProviderSource
  readonly bindings: ProviderRefreshTokens
  readonly database: Pick<Database, 'db'> & ChangeDatabase
  readonly mint: TokenMint
  /** The keys that seal login attempts, newest first. */
  readonly attemptKeys: Keys
  readonly clock: Clock
  readonly browserSessions: BrowserSessions
  readonly record: RecordIdentityEvents
  readonly canInvite: CanInvite
  /** Records the failed login of a person whom the provider authenticated. Resolves when the event is durable. */
  readonly recordFailure: (failed: FailedLogin) => Promise<void>
  /**
   * @param account issuer and subject of a person whose login is denied
   * @throws an error with status 429 above the limit
   */
  readonly limitAccount: (account: string) => void
  /**
   * Counts any other failed login for the log and the audit log. Does no I/O, because anyone can cause such a failure.
   */
  readonly countFailure: (failed: FailedLogin & { readonly status: number }) => void
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The CSRF token is a field of the form, and the handler checks it. */
    csrfByForm?: boolean
  }
}

interface LoginStart {
  readonly returnTo: string
  /** The email address of the person whom the provider must ask for consent; else null. */
  readonly consentOf: string | null
  /** Whether the provider asks which account to use. If not, it may log in again with the account that was just denied. */
  readonly choosesAccount: boolean
}

interface ProviderResult {
  readonly providerUser: ProviderUser
  readonly refreshToken: string | null
  readonly consentAsked: boolean
}

export default fp(
  async function login(app: FastifyInstance, options: LoginOptions) {
    await app.register(loginRoutes, options)
    await app.register(logout, options)
  },
  { name: '@rack-gateway/login', dependencies: ['@rack-gateway/auth'], fastify: '5.x' },
)

async function loginRoutes(app: FastifyInstance, options: LoginOptions): Promise<void> {
  const { settings, provider, bindings, database, mint, clock, browserSessions, record, canInvite } = options
  const { cookies } = browserSessions
  const attempts = createOpenAttempts(cookies, options.attemptKeys)

  app.setErrorHandler(async function respondWithPage(error: RateLimitError, request, reply) {
    if (error instanceof LoginDenied) return sendDenial(request, reply, error, null)
    if (error.statusCode === 429) {
      options.countFailure({
        request,
        rule: error.rule ?? 'login-limit',
        ...explainLimit(error),
        detail: {},
        status: 429,
      })
      return busyPage(reply, error)
    }
    if ((error.statusCode ?? 500) < 500) throw error
    request.log.error({ event: 'login.broken', err: error })
    return unavailablePage(reply, error)
  })

  app.get<{ Querystring: Record<string, unknown> }>('/gateway/auth/login', async function begin(request, reply) {
    return goToProvider(request, reply, {
      returnTo: returnTo(request.query.return_to),
      consentOf: null,
      choosesAccount: request.query.account === 'choose',
    })
  })

  app.get(callbackPath, async function handleCallback(request, reply) {
    const callback = readCallback(request.query)
    const attempt = callback && attempts.find(request, callback.state)
    if (!callback || !attempt) throw new LoginDenied(unknownLogin)
    attempts.remove(reply, attempt.state)
    try {
      const result = await finishAttempt(attempt, callback)
      if (await needsConsent(result, attempt))
        return goToProvider(request, reply, {
          returnTo: attempt.returnTo,
          consentOf: result.providerUser.email,
          choosesAccount: false,
        })
      const { token, expiresAt } = await startSession(request, result)
      const maxAge = Math.floor((expiresAt - clock.now()) / 1_000)
      return goTo(reply.setCookie(cookies.session, token, { maxAge }), attempt.returnTo)
    } catch (error) {
      if (error instanceof LoginDenied) return sendDenial(request, reply, error, attempt)
      throw error
    }
  })

  async function goToProvider(request: FastifyRequest, reply: FastifyReply, start: LoginStart) {
    const { returnTo, ...parameters } = start
    const nonce = randomBytes(32).toString('base64url')
    const { url, state, verifier } = await (await provider()).begin({ nonce, ...parameters })
    const attempt = { state, nonce, verifier, returnTo, begunAt: clock.now(), consentAsked: start.consentOf !== null }
    attempts.add(request, reply, attempt)
    return goTo(reply, url)
  }

  /** Some providers issue a refresh token only with consent. */
  async function needsConsent(
    { providerUser, refreshToken }: ProviderResult,
    { consentAsked }: Attempt,
  ): Promise<boolean> {
    if (refreshToken !== null || consentAsked || !(await provider()).refreshable) return false
    return bindings.needsConsent(providerUser)
  }

  /** Uses up the attempt, even if the login then fails. */
  async function finishAttempt(attempt: Attempt, callback: Callback): Promise<ProviderResult> {
    const now = clock.now()
    if (now >= attempt.begunAt + attemptLife) throw new LoginDenied(expiredLogin)
    if (!(await database.db.transaction((tx) => takeAttempt({ tx }, attempt.state, now))))
      throw new LoginDenied(usedLogin)
    if (callback.kind === 'error') throw new LoginDenied(refusedByProvider, { error: callback.error })
    if (callback.kind === 'broken') throw new LoginDenied(brokenProvider, { why: 'it sent neither code nor error' })
    const { claims, refreshToken } = await (await provider()).finish(attempt, callback)
    return { providerUser: providerUserOf(claims, settings), refreshToken, consentAsked: attempt.consentAsked === true }
  }

  /** A login replaces the browser's previous session, so that a planted session does not survive it. */
  async function startSession(request: FastifyRequest, result: ProviderResult): Promise<SignedIn> {
    const earlier = await earlierSessions(request)
    const now = clock.now()
    return changeIdentities({ database, by: loginAuthor, record }, async (change) => {
      for (const session of earlier) await closeSession(change, session, 'replaced by another login', new Date(now))
      const { id, headers } = request
      const client = headers['user-agent']
      const source = { address: callerAddress(request), ...(client !== undefined && { client }) }
      const context = { now, device: browserName(client), request: id, source }
      const signedIn = await signIn(change, mint, result.providerUser, { ...settings, canInvite }, context)
      await storeGrant(change, signedIn.user, result)
      return signedIn
    })
  }

  async function storeGrant(
    { tx }: Change,
    user: string,
    { refreshToken, consentAsked }: ProviderResult,
  ): Promise<void> {
    if (refreshToken !== null) await bindings.store(tx, user, refreshToken, clock.now())
    else if (consentAsked) await bindings.markWithoutGrant(tx, user, clock.now())
  }

  async function earlierSessions({ raw }: FastifyRequest): Promise<string[]> {
    const credentials = cookieValues(raw.rawHeaders, cookies.session).map((value) => mint.verify(value, clock.now()))
    const principals = await Promise.all(
      credentials.map((credential) =>
        isDenial(credential) || credential.kind !== 'browser' ? null : app.identities.find(credential),
      ),
    )
    return principals.flatMap((principal) => (principal && !isDenial(principal) ? [principal.credential] : []))
  }

  async function sendDenial(
    request: FastifyRequest,
    reply: FastifyReply,
    { denial, detail }: LoginDenied,
    attempt: Attempt | null,
  ): Promise<FastifyReply> {
    const { rule, reason, remedy, status, isAuthenticated } = denial
    const { issuer } = settings
    const failed = { request, rule, reason, remedy, detail: { issuer, ...detail } }
    if (isAuthenticated) {
      options.limitAccount(`${issuer} ${detail.subject}`)
      await options.recordFailure(failed)
    } else {
      options.countFailure({ ...failed, status })
    }
    return denialPage(reply, denial, detail, attempt?.returnTo ?? home, request.id)
  }
}

const maxBrowserName = 80

/** The name of a browser in the list of sessions. */
function browserName(userAgent: string | undefined): string {
  const plain = (userAgent ?? '').replace(/[^A-Za-z0-9 ._/();:,+-]/g, '?').trim()
  return `browser: ${plain === '' ? 'unnamed' : plain.slice(0, maxBrowserName)}`
}
