import { randomBytes } from 'node:crypto'
import type { Database } from '@rack-gateway/database'
import type { Explanation } from '@rack-gateway/errors'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { type Change, type ChangeDatabase, changeIdentities } from '../admin/change.ts'
import type { Clock } from '../clock.ts'
import { isDenial } from '../denial.ts'
import type { Author, RecordIdentityEvents } from '../events.ts'
import { callerAddress } from '../http/source-address.ts'
import type { BrowserSessions } from '../sessions/browser-sessions.ts'
import { closeSession } from '../sessions/sessions.ts'
import type { Keys } from '../tokens/login-keys.ts'
import type { TokenMint } from '../tokens/token.ts'
import { type Attempt, attemptLife } from './attempts.ts'
import { type Callback, readCallback } from './callback.ts'
import { sentCookies } from './cookies.ts'
import { brokenProvider, expiredLogin, LoginDenied, refusedByProvider, unknownLogin, usedLogin } from './denial.ts'
import { deviceOf } from './device.ts'
import { logout } from './logout.ts'
import { createOpenAttempts } from './open-attempts.ts'
import { busyPage, denialPage, explainLimit, type Limited, unavailablePage } from './pages.ts'
import { type Person, personOf } from './person.ts'
import type { ProviderGrants } from './provider-grants.ts'
import type { ProviderSource } from './provider-source.ts'
import { home, returnTo } from './return-to.ts'
import { callbackPath, type LoginSettings } from './settings.ts'
import { type SignedIn, signIn, takeAttempt } from './sign-in.ts'

export { Html, html, sendPage } from './html.ts'
export { createProviderGrants, type ProviderGrants } from './provider-grants.ts'
export { createProviderSource, type ProviderSource } from './provider-source.ts'
export { createRecheck, type Recheck } from './recheck.ts'
export type { LoginSettings } from './settings.ts'

/** A login that came to nothing, for the audit log. */
export interface FailedLogin extends Explanation {
  readonly request: FastifyRequest
  readonly rule: string
  readonly detail: Readonly<Record<string, string>>
}

export interface LoginOptions {
  readonly settings: LoginSettings
  readonly provider: ProviderSource
  readonly grants: ProviderGrants
  readonly database: Pick<Database, 'db'> & ChangeDatabase
  readonly mint: TokenMint
  /** Of login attempts, newest first. */
  readonly attemptKeys: Keys
  readonly clock: Clock
  readonly browserSessions: BrowserSessions
  readonly record: RecordIdentityEvents
  /** Of a person whom the provider vouched for: resolves when it is durable. */
  readonly recordFailure: (failed: FailedLogin) => Promise<void>
  /** @param account issuer and subject of a person who is not let in @throws an error of status 429 beyond the limit */
  readonly limitAccount: (account: string) => void
  /** Of anything else, which anybody can send: counted in the log and for the audit log, without I/O. */
  readonly countFailure: (failed: FailedLogin & { readonly status: number }) => void
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The CSRF token is a field of the form, and the handler checks it. */
    csrfByForm?: boolean
  }
}

interface Beginning {
  readonly returnTo: string
  readonly consentOf: string | null
  /** Whether the provider asks which account: else its own session answers for the one that was refused. */
  readonly choosesAccount: boolean
}

/** The result of the redirect to the provider. */
interface Vouched {
  readonly person: Person
  readonly refreshToken: string | null
  readonly consentAsked: boolean
}

const by: Author = { kind: 'system', id: 'login', name: 'login' }

/** Log in, come back, log out: every answer is a page, or the way to one. */
export default fp(
  async function login(app: FastifyInstance, options: LoginOptions) {
    await app.register(loginRoutes, options)
    await app.register(logout, options)
  },
  { name: '@rack-gateway/login', dependencies: ['@rack-gateway/auth'], fastify: '5.x' },
)

async function loginRoutes(app: FastifyInstance, options: LoginOptions): Promise<void> {
  const { settings, provider, grants, database, mint, clock, browserSessions, record } = options
  const { cookies } = browserSessions
  const attempts = createOpenAttempts(cookies, options.attemptKeys)

  app.setErrorHandler(async function answerAsPage(error: Limited, request, reply) {
    if (error instanceof LoginDenied) return refuse(request, reply, error, null)
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

  app.get(callbackPath, async function comeBack(request, reply) {
    const answer = readCallback(request.query)
    const attempt = answer && attempts.find(request, answer.state)
    if (!answer || !attempt) throw new LoginDenied(unknownLogin)
    attempts.remove(reply, attempt.state)
    try {
      const vouched = await proven(attempt, answer)
      if (await needsConsent(vouched, attempt))
        return goToProvider(request, reply, {
          returnTo: attempt.returnTo,
          consentOf: vouched.person.email,
          choosesAccount: false,
        })
      const { token, expiresAt } = await letIn(request, vouched)
      const maxAge = Math.floor((expiresAt - clock.now()) / 1_000)
      return goTo(reply.setCookie(cookies.session, token, { maxAge }), attempt.returnTo)
    } catch (error) {
      if (error instanceof LoginDenied) return refuse(request, reply, error, attempt)
      throw error
    }
  })

  async function goToProvider(request: FastifyRequest, reply: FastifyReply, beginning: Beginning) {
    const { returnTo, ...asked } = beginning
    const nonce = randomBytes(32).toString('base64url')
    const { url, state, verifier } = await (await provider()).begin({ nonce, ...asked })
    const attempt = { state, nonce, verifier, returnTo, begunAt: clock.now(), consentAsked: asked.consentOf !== null }
    attempts.add(request, reply, attempt)
    return goTo(reply, url)
  }

  /** Some providers give a refresh token only with consent. Each person is asked for it once, and not at all where it came without. */
  async function needsConsent({ person, refreshToken }: Vouched, { consentAsked }: Attempt): Promise<boolean> {
    if (refreshToken !== null || consentAsked || !(await provider()).refreshable) return false
    return !(await grants.isSettled(person))
  }

  /** Whom the provider vouches for. The attempt is used up by it, whatever comes of it. */
  async function proven(attempt: Attempt, answer: Callback): Promise<Vouched> {
    const now = clock.now()
    if (now >= attempt.begunAt + attemptLife) throw new LoginDenied(expiredLogin)
    if (!(await database.db.transaction((tx) => takeAttempt({ tx }, attempt.state, now))))
      throw new LoginDenied(usedLogin)
    if (answer.kind === 'error') throw new LoginDenied(refusedByProvider, { error: answer.error })
    if (answer.kind === 'broken') throw new LoginDenied(brokenProvider, { why: 'it sent neither code nor error' })
    const { claims, refreshToken } = await (await provider()).finish(attempt, answer)
    return { person: personOf(claims, settings), refreshToken, consentAsked: attempt.consentAsked === true }
  }

  /** A login replaces the browser's previous session, so that a planted session does not survive it. */
  async function letIn(request: FastifyRequest, vouched: Vouched): Promise<SignedIn> {
    const earlier = await earlierSessions(request)
    const now = clock.now()
    return changeIdentities({ database, by, record }, async (change) => {
      for (const session of earlier) await closeSession(change, session, 'replaced by another login', new Date(now))
      const { id, headers } = request
      const client = headers['user-agent']
      const source = { address: callerAddress(request), ...(client !== undefined && { client }) }
      const place = { now, device: deviceOf(client), request: id, source }
      const signedIn = await signIn(change, mint, vouched.person, settings, place)
      await keepGrant(change, signedIn.user, vouched)
      return signedIn
    })
  }

  async function keepGrant({ tx }: Change, user: string, { refreshToken, consentAsked }: Vouched): Promise<void> {
    if (refreshToken !== null) await grants.keep(tx, user, refreshToken, clock.now())
    else if (consentAsked) await grants.noteNone(tx, user, clock.now())
  }

  async function earlierSessions({ raw }: FastifyRequest): Promise<string[]> {
    const values = sentCookies(raw.rawHeaders).flatMap(([name, value]) => (name === cookies.session ? [value] : []))
    const readings = values.map((value) => mint.read(value, clock.now()))
    const known = await Promise.all(
      readings.map((reading) =>
        isDenial(reading) || reading.kind !== 'browser' ? null : app.identities.find(reading),
      ),
    )
    return known.flatMap((principal) => (principal && !isDenial(principal) ? [principal.credential] : []))
  }

  async function refuse(
    request: FastifyRequest,
    reply: FastifyReply,
    { denial: refusal, detail }: LoginDenied,
    attempt: Attempt | null,
  ): Promise<FastifyReply> {
    const { rule, reason, remedy, status, of } = refusal
    const { issuer } = settings
    const failed = { request, rule, reason, remedy, detail: { issuer, ...detail } }
    if (of === 'person') {
      options.limitAccount(`${issuer} ${detail.subject}`)
      await options.recordFailure(failed)
    } else {
      options.countFailure({ ...failed, status })
    }
    return denialPage(reply, refusal, detail, attempt?.returnTo ?? home, request.id)
  }
}

/** Addresses contain codes and states, so no cache stores them and no other site receives them as a referrer. */
function goTo(reply: FastifyReply, url: string): FastifyReply {
  return reply.header('cache-control', 'no-store').header('referrer-policy', 'no-referrer').redirect(url, 303)
}
