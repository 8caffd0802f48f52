import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { LoginDenied } from '../errors/login-denial.ts'
import { readForms } from '../login/forms.ts'
import { busyPage, explainLimit, type RateLimitError, unavailablePage } from '../login/pages.ts'
import { convoxPages } from './convox-pages.ts'
import { authenticatedAt } from './decision.ts'
import { deviceLoginOff, oldConvoxLogin, oldLogin } from './denial.ts'
import { devicePages } from './device-pages.ts'
import { loopbackPages } from './loopback-pages.ts'
import { cliDenialPage } from './pages.ts'
import type { CliLoginPagesOptions, CliLoginPluginOptions } from './plugin-options.ts'
import { authenticateVisitor } from './visitor.ts'

export type { RequestContext } from './decision.ts'
export { type CliLogins, createCliLogins } from './logins.ts'
export type { CliLoginKeys, CliLoginOptions, DeviceLoginMode } from './options.ts'
export type { RequestReader } from './visitor.ts'

/** The pages where users allow or deny logins of the rack-gateway command, and get tokens for the stock CLI. */
export default fp(
  async function cliLogin(app: FastifyInstance, options: CliLoginPluginOptions) {
    await app.register(async function pages(scope) {
      readForms(scope)
      respondWithPages(scope, options)
      const visitorOf = createVisitorLookup(scope, options)
      loopbackPages(scope, { ...options, visitorOf })
      devicePages(scope, { ...options, visitorOf })
      convoxPages(scope, { ...options, visitorOf })
    })
  },
  { name: '@rack-gateway/cli-login', dependencies: ['@rack-gateway/auth'], fastify: '5.x' },
)

function createVisitorLookup(
  app: FastifyInstance,
  { requestReader, database, limitUnauthenticated }: CliLoginPluginOptions,
): CliLoginPagesOptions['visitorOf'] {
  return async function visitorOf(request, reply) {
    const visitor = await authenticateVisitor(app, request, reply, requestReader.racksOf)
    if (visitor === null) {
      await limitUnauthenticated(request)
      return null
    }
    return {
      ...visitor,
      address: requestReader.contextOf(request).source.address,
      loggedInAfter: async (begunAt) => (await authenticatedAt(database.db, visitor.session)) >= begunAt,
    }
  }
}

function respondWithPages(app: FastifyInstance, options: CliLoginPluginOptions): void {
  app.setErrorHandler(async function respondWithPage(error: FastifyError, request, reply) {
    if (error instanceof LoginDenied) return sendDenial(request, reply, error)
    if (error.statusCode === 429) return sendBusyPage(request, reply, error)
    if ((error.statusCode ?? 500) < 500) throw error
    request.log.error({ event: 'cli_login.broken', err: error })
    return unavailablePage(reply, error)
  })

  async function sendDenial(request: FastifyRequest, reply: FastifyReply, { denial, detail }: LoginDenied) {
    // The path to which a new login returns is not recorded.
    const { again = null, ...rest } = detail
    const { principal } = request
    const limitReached = principal === null ? await limitError(request) : null
    if (limitReached !== null) return sendBusyPage(request, reply, limitReached)
    if (principal === null || denial === deviceLoginOff) options.countDenial(request, denial)
    // A GET that is denied for an old login only leads to a new login, so this denial is not recorded.
    else if ((denial !== oldLogin && denial !== oldConvoxLogin) || request.method === 'POST') {
      const { id, name, credential } = principal
      await options.recordDenial(request, { user: id, email: name, session: credential }, denial, rest)
    }
    return cliDenialPage(reply, denial, again)
  }
  async function limitError(request: FastifyRequest): Promise<RateLimitError | null> {
    return options.limitUnauthenticated(request).then(
      () => null,
      (error: RateLimitError) => error,
    )
  }

  function sendBusyPage(request: FastifyRequest, reply: FastifyReply, error: RateLimitError): FastifyReply {
    options.countDenial(request, { rule: error.rule ?? 'unauthenticated-limit', ...explainLimit(error) })
    return busyPage(reply, error)
  }
}
