import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { LoginDenied } from '../errors/login-denial.ts'
import { checkCsrf } from '../http/authenticate-cookie.ts'
import { fieldOf } from '../login/forms.ts'
import { createValueSeal } from '../tokens/seal.ts'
import {
  deviceLoginOff,
  type LoginDenial,
  oldLogin,
  otherAddress,
  tooManyCodes,
  unconfirmed,
  unknownUserCode,
  wrongCliRack,
} from './denial.ts'
import { askCode, askDecision, resultPage } from './pages.ts'
import type { CliLoginPagesOptions } from './plugin-options.ts'
import { logInFirst } from './redirects.ts'
import type { PendingLogin } from './request.ts'
import type { PageVisitor } from './visitor.ts'

const page = '/gateway/device'
const decisionPage = '/gateway/device/decision'
/**
 * The browser must log in after the CLI login began. So a request without `again` first leads to a login, usually
 * without interaction.
 */
const afterLogin = `${page}?again=1`
const warning =
  'This login started at an address other than this browser’s. Another person may have sent you this code, and could then act as you. If you did not start this login yourself, deny it.'

/** Only the browser session in which the code was typed can decide the login. */
interface TypedLogin {
  readonly login: PendingLogin
  readonly session: string
}

/** The pages where a user types the code from a terminal, and then allows or denies the login. */
export function devicePages(
  app: FastifyInstance,
  { logins, requestReader, clock, ...options }: CliLoginPagesOptions,
): void {
  const { browserSessions, visitorOf, isBeyondCodeLimit } = options
  const { device } = logins
  const { seal, open } = createValueSeal<TypedLogin>(options.keys.typedCodes)

  app.addHook('onRequest', async function checkDeviceMode(request) {
    if (request.routeOptions.url?.startsWith(page) && device.mode === 'off') throw new LoginDenied(deviceLoginOff)
  })

  app.get<{ Querystring: Record<string, unknown> }>(page, async function showForm(request, reply) {
    const visitor = await visitorOf(request, reply)
    if (visitor === null || request.query.again === undefined) return logInFirst(reply, afterLogin)
    return askCode(reply, { visitor, problem: null })
  })

  app.post(page, { config: { csrfByForm: true } }, async function readCode(request, reply) {
    const visitor = await visitorOf(request, reply)
    if (visitor === null) return logInFirst(reply, afterLogin)
    checkCsrf(request, fieldOf(request, 'csrf_token'), browserSessions)
    if (isBeyondCodeLimit(request)) throw new LoginDenied(tooManyCodes)
    const login = await device.find(fieldOf(request, 'code') ?? '')
    if (login === null) {
      await options.recordDenial(request, visitor, unknownUserCode, {})
      return askCode(reply, { visitor, problem: unknownUserCode })
    }
    await assertCanDecide(login, visitor)
    return askDecision(reply, {
      login,
      visitor,
      browserAddress: visitor.address,
      isSameNetwork: isOnSameNetwork(login, visitor),
      now: clock.now(),
      action: decisionPage,
      handle: { name: 'login', value: seal({ login, session: visitor.session }) },
      warning,
      requiresTick: true,
    })
  })

  app.post(decisionPage, { config: { csrfByForm: true } }, async function decide(request, reply) {
    const visitor = await visitorOf(request, reply)
    if (visitor === null) return logInFirst(reply, afterLogin)
    checkCsrf(request, fieldOf(request, 'csrf_token'), browserSessions)
    const typed = open(fieldOf(request, 'login') ?? '')
    if (typed === null || typed.session !== visitor.session) throw new LoginDenied(unknownUserCode)
    const { login } = typed
    await assertCanDecide(login, visitor)
    return fieldOf(request, 'decision') === 'allow'
      ? allow(request, reply, login, visitor)
      : deny(request, reply, login, visitor)
  })

  async function allow(
    request: FastifyRequest,
    reply: FastifyReply,
    login: PendingLogin,
    visitor: PageVisitor,
  ): Promise<FastifyReply> {
    if (!isOnSameNetwork(login, visitor) && fieldOf(request, 'confirmed') !== 'yes')
      throw loginDenied(unconfirmed, login)
    await device.approve(login.id, visitor, requestReader.contextOf(request))
    return resultPage(
      reply,
      'The login is allowed',
      `${login.device} will be logged in as ${visitor.email} within a few seconds. You can close this page.`,
    )
  }

  async function deny(
    request: FastifyRequest,
    reply: FastifyReply,
    login: PendingLogin,
    visitor: PageVisitor,
  ): Promise<FastifyReply> {
    await device.deny(login.id, visitor, requestReader.contextOf(request))
    return resultPage(reply, 'The login is denied', `${login.device} is not logged in. You can close this page.`)
  }

  async function assertCanDecide(login: PendingLogin, visitor: PageVisitor): Promise<void> {
    if (device.mode === 'same-address' && !isOnSameNetwork(login, visitor)) throw loginDenied(otherAddress, login)
    if (!(await visitor.loggedInAfter(login.begunAt))) throw new LoginDenied(oldLogin, { again: afterLogin })
    if (login.rack !== null && !visitor.racks.includes(login.rack)) throw loginDenied(wrongCliRack, login)
  }

  function isOnSameNetwork(login: PendingLogin, { address }: PageVisitor): boolean {
    return requestReader.isSameNetwork(login.address, address)
  }
}

function loginDenied(denial: LoginDenial, { id, address, device }: PendingLogin) {
  return new LoginDenied(denial, { login: id, flow: 'device', device, begunFrom: address })
}
