import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { LoginDenied } from '../errors/login-denial.ts'
import { checkCsrf } from '../http/authenticate-cookie.ts'
import { fieldOf } from '../login/forms.ts'
import { goTo } from '../login/return-to.ts'
import { decidedCliLogin, expiredCliLogin, oldLogin, unknownCliLogin, wrongCliRack } from './denial.ts'
import type { LoopbackLogin } from './loopback.ts'
import { askDecision } from './pages.ts'
import type { CliLoginPagesOptions } from './plugin-options.ts'
import { logInFirst } from './redirects.ts'
import { cliLoginLife } from './request.ts'
import type { PageVisitor } from './visitor.ts'

const page = '/gateway/auth/cli'
const warning =
  'This login started at an address other than this browser’s. If you did not start it yourself, deny it, because another person may have sent you this address.'

/** The page where a user allows or denies a login whose process runs on the user's own machine. */
export function loopbackPages(
  app: FastifyInstance,
  { logins, requestReader, clock, ...options }: CliLoginPagesOptions,
): void {
  const { browserSessions, visitorOf } = options

  app.get<{ Querystring: Record<string, unknown> }>(page, async function showLogin(request, reply) {
    const handle = String(request.query.request ?? '')
    const login = open(handle)
    const back = `${page}?request=${handle}&again=1`
    const visitor = await visitorOf(request, reply)
    if (visitor === null) return logInFirst(reply, back)
    if (await logins.loopback.isDecided(login)) throw new LoginDenied(decidedCliLogin)
    if (!(await visitor.loggedInAfter(login.begunAt))) {
      if (request.query.again === undefined) return logInFirst(reply, back)
      throw new LoginDenied(oldLogin, { again: back })
    }
    checkRack(login, visitor)
    return askDecision(reply, {
      login,
      purpose: login.purpose,
      visitor,
      browserAddress: visitor.address,
      isSameNetwork: requestReader.isSameNetwork(login.address, visitor.address),
      now: clock.now(),
      action: page,
      handle: { name: 'request', value: handle },
      warning,
      requiresTick: false,
      formTargets: [originOf(login)],
    })
  })

  app.post(page, { config: { csrfByForm: true } }, async function decide(request, reply) {
    const handle = fieldOf(request, 'request') ?? ''
    const login = open(handle)
    const visitor = await visitorOf(request, reply)
    if (visitor === null) return logInFirst(reply, `${page}?request=${handle}`)
    checkCsrf(request, fieldOf(request, 'csrf_token'), browserSessions)
    checkRack(login, visitor)
    return fieldOf(request, 'decision') === 'allow'
      ? goTo(reply, callbackOf(login, { code: await logins.loopback.approve(login, visitor, contextOf(request)) }))
      : deny(request, reply, login, visitor)
  })

  async function deny(
    request: FastifyRequest,
    reply: FastifyReply,
    login: LoopbackLogin,
    visitor: PageVisitor,
  ): Promise<FastifyReply> {
    await logins.loopback.deny(login, visitor, contextOf(request))
    return goTo(reply, callbackOf(login, { error: 'access_denied' }))
  }

  /** Needs no I/O, so it runs before authentication. @throws LoginDenied */
  function open(handle: string): LoopbackLogin {
    const login = handle.length > 2_000 ? null : logins.loopback.read(handle)
    if (login === null) throw new LoginDenied(unknownCliLogin)
    if (clock.now() >= login.begunAt + cliLoginLife) throw new LoginDenied(expiredCliLogin)
    return login
  }

  function contextOf(request: FastifyRequest) {
    return requestReader.contextOf(request)
  }
}

function checkRack({ id, rack }: LoopbackLogin, { racks }: PageVisitor): void {
  if (rack !== null && !racks.includes(rack)) throw new LoginDenied(wrongCliRack, { login: id, rack })
}

/** Always on the machine that the browser runs on. */
function originOf({ port }: LoopbackLogin): string {
  return `http://127.0.0.1:${port}`
}

function callbackOf(login: LoopbackLogin, response: Record<string, string>): string {
  return `${originOf(login)}/${login.path}?${new URLSearchParams({ ...response, state: login.state })}`
}
