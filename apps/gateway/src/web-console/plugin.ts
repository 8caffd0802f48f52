import { Unauthenticated } from '@rack-gateway/auth'
import { html, sendPage } from '@rack-gateway/auth/login'
import { reasonOf } from '@rack-gateway/errors'
import type { FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { ruleOf } from '../errors/errors.ts'
import { expectsPage } from '../http/expects-page.ts'
import { builtConsole } from './built-console.ts'
import { addViolationReports, withLoopback } from './content-security-policy.ts'
import type { WebConsoleSource } from './source.ts'

/** In the browser, the console chooses the page for an address. */
const pages = [
  '/gateway/',
  ...['access', 'apps', 'audit', 'health', 'people', 'policy', 'recordings', 'second-factors', 'step-up'].flatMap(
    (page) => [`/gateway/${page}`, `/gateway/${page}/*`],
  ),
]

/** Any first part of an address but those of programs, and of pages without the console. */
const unknownPage = '/gateway/:page(^(?!(?:api|assets|auth|convox|csp-reports|docs|health)$)[^/]*)'

const documentHeaders = {
  'cache-control': 'no-store',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  // With `no-referrer`, browsers would send the gateway's own forms with `Origin: null`.
  'referrer-policy': 'same-origin',
  'reporting-endpoints': 'csp="/gateway/csp-reports"',
  'x-frame-options': 'DENY',
}

/** The files of the console need no login, because they are the same in every installation. */
export default fp<{ readonly source?: WebConsoleSource | undefined }>(
  async function webConsole(app, { source = builtConsole() }) {
    if (app.loginProvider === null) return
    addViolationReports(app)

    async function showConsole(request: FastifyRequest, reply: FastifyReply) {
      try {
        await app.authenticateTokenOrCookie(request, reply)
      } catch (error) {
        if (!shouldLogIn(error)) throw error
        await app.limitUnauthenticated(request)
        const returnTo = request.url === '/gateway/' ? '' : `?return_to=${encodeURIComponent(request.url)}`
        const login = `/gateway/auth/login${returnTo}`
        if (endRules.includes(ruleOf(error) ?? '')) return showEnd(reply, error, login)
        return reply.header('cache-control', 'no-store').redirect(login, 303)
      }
      const document = await source.document()
      if (document === null) return sendPage(reply, 503, 'The web console is not built', notBuilt)
      const isStepUp = request.routeOptions.url === '/gateway/step-up'
      const policy = isStepUp ? withLoopback(source.contentSecurityPolicy) : source.contentSecurityPolicy
      return reply
        .headers({ ...documentHeaders, 'content-security-policy': policy })
        .type('text/html; charset=utf-8')
        .send(document)
    }

    for (const address of pages) app.get(address, showConsole)
    // For an address without a page, the console shows its navigation.
    for (const address of [unknownPage, `${unknownPage}/*`])
      app.get(address, async function showUnknownPage(request, reply) {
        if (!expectsPage(request.raw)) return reply.callNotFound()
        return showConsole(request, reply.code(404))
      })
    await app.register(source.files)
  },
  {
    encapsulate: true,
    name: 'web-console',
    dependencies: ['identities', 'login-provider', 'unauthenticated-limit', 'unauthenticated-log'],
  },
)

/** Rules of sessions that ended early. A person who reloads a page reads why. */
const endRules: readonly string[] = ['ended-session', 'idle-session']

function showEnd(reply: FastifyReply, error: unknown, login: string): FastifyReply {
  const body = html`<p>${reasonOf(error, '')}</p>
<p><a class="button" href="${login}">Log in again</a></p>`
  return sendPage(reply, 401, 'Your session has ended', body)
}

const notBuilt = html`<p>This gateway was started without the built web console. Everything else works.</p>
<p>If you run this gateway from its sources, build the console, and start the gateway again:</p>
<pre><code>npx -y pnpm@12.4.2 build</code></pre>`

/** A request with two credentials would be redirected endlessly. */
function shouldLogIn(error: unknown): boolean {
  return error instanceof Unauthenticated && ruleOf(error) !== 'two-credentials'
}
