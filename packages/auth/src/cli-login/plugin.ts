import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { LoginDenied } from '../login/denial.ts'
import { readForms } from '../login/forms.ts'
import { busyPage, explainLimit, type Limited, unavailablePage } from '../login/pages.ts'
import { authenticatedAt } from './decision.ts'
import { deviceLoginOff, oldLogin } from './denial.ts'
import { devicePages } from './device-pages.ts'
import { loopbackPages } from './loopback-pages.ts'
import { cliDenialPage } from './pages.ts'
import type { CliLoginPagesOptions, CliLoginPluginOptions } from './plugin-options.ts'
import { visitorOf } from './visitor.ts'

export type { Place } from './decision.ts'
export { type CliLogins, createCliLogins } from './logins.ts'
export type { CliLoginOptions, DeviceLoginMode } from './options.ts'
export type { CliLoginPlaces } from './visitor.ts'

/** The pages on which people decide about logins of the rack-gateway command. */
export default fp(
  async function cliLogin(app: FastifyInstance, options: CliLoginPluginOptions) {
    await app.register(async function pages(scope) {
      readForms(scope)
      answerAsPages(scope, options)
      const visit = visitsOf(scope, options)
      loopbackPages(scope, { ...options, visit })
      devicePages(scope, { ...options, visit })
    })
  },
  { name: '@rack-gateway/cli-login', dependencies: ['@rack-gateway/auth'], fastify: '5.x' },
)

function visitsOf(
  app: FastifyInstance,
  { places, database, limitUnauthenticated }: CliLoginPluginOptions,
): CliLoginPagesOptions['visit'] {
  return async function visit(request, reply) {
    const visitor = await visitorOf(app, request, reply, places.racksOf)
    if (visitor === null) {
      await limitUnauthenticated(request)
      return null
    }
    return {
      ...visitor,
      address: places.placeOf(request).source.address,
      loggedInAfter: async (begunAt) => (await authenticatedAt(database.db, visitor.session)) >= begunAt,
    }
  }
}

function answerAsPages(app: FastifyInstance, options: CliLoginPluginOptions): void {
  app.setErrorHandler(async function answerAsPage(error: FastifyError, request, reply) {
    if (error instanceof LoginDenied) return refuse(request, reply, error)
    if (error.statusCode === 429) return tooMany(request, reply, error)
    if ((error.statusCode ?? 500) < 500) throw error
    request.log.error({ event: 'cli_login.broken', err: error })
    return unavailablePage(reply, error)
  })

  async function refuse(request: FastifyRequest, reply: FastifyReply, { denial: refusal, detail }: LoginDenied) {
    const { again = null, ...rest } = detail
    const { principal } = request
    const beyond = principal === null ? await beyondLimit(request) : null
    if (beyond !== null) return tooMany(request, reply, beyond)
    if (principal === null || refusal === deviceLoginOff) options.countDenial(request, refusal)
    else if (refusal !== oldLogin || request.method === 'POST') {
      const { id, name, credential } = principal
      await options.recordDenial(request, { user: id, email: name, session: credential }, refusal, rest)
    }
    return cliDenialPage(reply, refusal, again)
  }
  async function beyondLimit(request: FastifyRequest): Promise<Limited | null> {
    return options.limitUnauthenticated(request).then(
      () => null,
      (beyond: Limited) => beyond,
    )
  }

  function tooMany(request: FastifyRequest, reply: FastifyReply, error: Limited): FastifyReply {
    options.countDenial(request, { rule: error.rule ?? 'stranger-limit', ...explainLimit(error) })
    return busyPage(reply, error)
  }
}
