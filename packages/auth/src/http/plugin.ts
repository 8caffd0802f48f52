import basicAuth from '@fastify/basic-auth'
import cookie from '@fastify/cookie'
import type { Principal } from '@rack-gateway/rbac-policy'
import type { Clock } from '@rack-gateway/time'
import type { FastifyReply, FastifyRequest, HookHandlerDoneFunction, onRequestHookHandler } from 'fastify'
import fp from 'fastify-plugin'
import { type AuthenticationDenial, browserSession, isDenial, malformedCredential, rackJwt } from '../errors/denial.ts'
import { SourceNotAllowed, unauthenticated } from '../errors/errors.ts'
import type { Identities } from '../principals/identities.ts'
import type { BrowserSessions } from '../sessions/browser-sessions.ts'
import { cookieValues } from '../sessions/cookies.ts'
import type { TokenMint, VerifiedToken } from '../tokens/token.ts'
import { looksLikeJwt } from '../workloads/jwt.ts'
import { authenticateCookie } from './authenticate-cookie.ts'
import { readAuthorization } from './credentials.ts'
import { createSignatureCheck, type SignatureCheck } from './signature-check.ts'
import { callerAddress, comesFrom } from './source-address.ts'

declare module 'fastify' {
  interface FastifyInstance {
    identities: Identities
    /**
     * Sets `principal` and `credential`. Fails with a 401 with `rule`, with a 403 for an address that is not a
     * allowed source of the API token, or with a 503.
     */
    authenticate: onRequestHookHandler
    /**
     * Like `authenticate`, but also accepts a browser's cookie. A change with a cookie fails with a 403 without the
     * session's CSRF token in `X-CSRF-Token`, unless the route has `csrfByForm`.
     */
    authenticateTokenOrCookie(request: FastifyRequest, reply: FastifyReply): Promise<void>
    /**
     * Looks the caller up again after something slow, such as reading a body. Sets `principal`, or fails with a 401 or
     * 503. Does not check the address again.
     *
     * @returns no promise if the principal is cached
     */
    authenticateAgain(request: FastifyRequest): Promise<void> | undefined
    /** Null if the login with a browser is not set up. */
    browserSessions: BrowserSessions | null
    signatureCheck: SignatureCheck
  }
  interface FastifyRequest {
    principal: Principal | null
    /** For `identities.find`. Never contains the token itself. */
    credential: VerifiedToken | null
    /** The value that a change with this caller's cookie needs in `X-CSRF-Token`. Null without a cookie. */
    csrfToken: string | null
  }
}

interface Workloads {
  /** Whether the text passes all checks of a JWT that need no I/O. */
  isPlausible(text: string): boolean
  credentialOf(text: string, request: FastifyRequest): Promise<VerifiedToken | AuthenticationDenial>
}

export interface AuthOptions {
  readonly mint: TokenMint
  readonly identities: Identities
  readonly clock: Clock
  /** Called for each successful authentication by a token. A cookie does not count. */
  readonly onUse?: (principal: Principal, address: string) => void
  /** Without `workloads`, the gateway accepts no OIDC token of a CI job. */
  readonly workloads?: Workloads | undefined
  readonly browserSessions?: BrowserSessions | null
}

/** The user name for the rack's own JSON web tokens. Compared case-insensitively. */
const rackJwtUser = 'jwt'

export default fp(
  async function auth(app, { mint, identities, clock, workloads, onUse, browserSessions = null }: AuthOptions) {
    app.decorate('identities', identities)
    app.decorateRequest('principal', null)
    app.decorate('browserSessions', browserSessions)
    app.decorate('signatureCheck', createSignatureCheck({ mint, clock, workloads, browserSessions }))
    app.decorateRequest('credential', null)
    app.decorateRequest('csrfToken', null)

    /** Calls `done` synchronously if the principal is cached, as for nearly every request. */
    function identify(request: FastifyRequest, token: string, done: HookHandlerDoneFunction): void {
      if (workloads !== undefined && looksLikeJwt(token)) callWhenSettled(identifyJob(workloads, request, token), done)
      else {
        const credential = mint.verify(token, clock.now())
        if (isDenial(credential)) throw unauthenticated(credential)
        callWhenSettled(findPrincipal(request, credential), done)
      }
    }

    async function identifyJob(jobs: Workloads, request: FastifyRequest, token: string): Promise<void> {
      const credential = await jobs.credentialOf(token, request)
      if (isDenial(credential)) throw unauthenticated(credential)
      await findPrincipal(request, credential)
    }

    function findPrincipal(request: FastifyRequest, credential: VerifiedToken): Promise<void> | undefined {
      if (credential.kind === 'browser') throw unauthenticated(browserSession)
      const found = identities.find(credential)
      if (found instanceof Promise) return found.then((principal) => accept(request, credential, principal))
      accept(request, credential, found)
      return undefined
    }

    function accept(
      request: FastifyRequest,
      credential: VerifiedToken,
      principal: Principal | AuthenticationDenial,
    ): void {
      if (isDenial(principal)) throw unauthenticated(principal)
      request.principal = principal
      request.credential = credential
      const address = callerAddress(request)
      if (principal.sources && !comesFrom(principal.sources, address))
        throw Object.assign(new SourceNotAllowed(), { rule: 'source-address' })
      onUse?.(principal, address)
    }

    // No hook, because requests of the rack API use no cookies. `parseOptions` are the default attributes of
    // `setCookie`.
    await app.register(cookie, { hook: false, parseOptions: { ...browserSessions?.cookies.attributes } })

    // No WWW-Authenticate header, because it would make browsers ask for passwords, store them, and send them.
    await app.register(basicAuth, {
      authenticate: false,
      validate(userName, password, request, _reply, done) {
        if (userName.toLowerCase() === rackJwtUser) throw unauthenticated(rackJwt)
        identify(request, password, done)
      },
    })

    app.decorate('authenticate', function authenticate(request, reply, done) {
      const authorization = readAuthorization(request.raw.rawHeaders)
      if (isDenial(authorization)) throw unauthenticated(authorization)
      if (authorization.scheme === 'basic')
        app.basicAuth.call(app, request, reply, (error?: Error) => done(error && explain(error)))
      else identify(request, authorization.token, done)
    })

    function authenticateToken(request: FastifyRequest, reply: FastifyReply): Promise<void> {
      return new Promise((resolve, reject) => {
        app.authenticate.call(app, request, reply, (error?: Error) => (error ? reject(error) : resolve()))
      })
    }

    app.decorate('authenticateAgain', function authenticateAgain(request) {
      if (request.credential === null) throw new Error('The request has not been authenticated.')
      const found = identities.find(request.credential)
      if (found instanceof Promise) return found.then((principal) => setPrincipal(request, principal))
      setPrincipal(request, found)
      return undefined
    })

    app.decorate('authenticateTokenOrCookie', async function authenticateTokenOrCookie(request, reply) {
      if (browserSessions === null) return authenticateToken(request, reply)
      const values = cookieValues(request.raw.rawHeaders, browserSessions.cookies.session)
      if (values.length === 0) return authenticateToken(request, reply)
      await authenticateCookie({ mint, identities, clock, browserSessions }, request, values)
    })
  },
  { name: '@rack-gateway/auth', fastify: '5.x' },
)

function callWhenSettled(pending: Promise<void> | undefined, done: HookHandlerDoneFunction): void {
  if (pending === undefined) done()
  else pending.then(() => done(), done)
}

function setPrincipal(request: FastifyRequest, principal: Principal | AuthenticationDenial): void {
  if (isDenial(principal)) throw unauthenticated(principal)
  request.principal = principal
}

/** Replaces errors of @fastify/basic-auth. All other errors are already the gateway's own. */
function explain(error: Error & { code?: string }): Error {
  return error.code?.startsWith('FST_BASIC_AUTH') ? unauthenticated(malformedCredential) : error
}
