import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fastifyStatic from '@fastify/static'
import { Unauthenticated } from '@rack-gateway/auth'
import { html, sendPage } from '@rack-gateway/auth/login'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { ruleOf } from '../errors.ts'
import { addViolationReports, contentSecurityPolicy } from './content-security-policy.ts'

/** The addresses of the console's pages. The application decides which page an address below them is. */
const pages = [
  '/gateway/',
  ...['audit', 'people', 'policy'].flatMap((page) => [`/gateway/${page}`, `/gateway/${page}/*`]),
]

const documentHeaders = {
  'cache-control': 'no-store',
  'content-security-policy': contentSecurityPolicy,
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  // With `no-referrer`, browsers would send the gateway's own forms with `Origin: null`.
  'referrer-policy': 'same-origin',
  'reporting-endpoints': 'csp="/gateway/csp-reports"',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
}

/** The web console: its document, for people who are logged in, and its built files, which are the same in every installation. */
export default async function webConsole(app: FastifyInstance): Promise<void> {
  if (app.loginProvider === null) return
  const directory = dirname(fileURLToPath(import.meta.resolve('@rack-gateway/web/index.html')))
  const page = join(directory, 'index.html')
  // Read once: a page and its scripts always belong to the same build.
  const document = existsSync(page) ? readFileSync(page) : null
  addViolationReports(app)

  async function showConsole(request: FastifyRequest, reply: FastifyReply) {
    try {
      await app.authenticateTokenOrCookie(request, reply)
    } catch (error) {
      if (!shouldLogIn(error)) throw error
      await app.limitUnauthenticated(request)
      const returnTo = request.url === '/gateway/' ? '' : `?return_to=${encodeURIComponent(request.url)}`
      return reply.header('cache-control', 'no-store').redirect(`/gateway/auth/login${returnTo}`, 303)
    }
    if (document === null) return sendPage(reply, 503, 'The web console is not built', notBuilt)
    return reply.headers(documentHeaders).type('text/html; charset=utf-8').send(document)
  }

  for (const address of pages) app.get(address, showConsole)
  if (document === null) return
  await app.register(fastifyStatic, {
    root: join(directory, 'assets'),
    prefix: '/gateway/assets/',
    index: false,
    decorateReply: false,
    preCompressed: true,
    cacheControl: false,
    setHeaders(response, path) {
      response.header('cache-control', isHashed(path) ? 'public, max-age=31536000, immutable' : 'no-cache')
      response.header('x-content-type-options', 'nosniff')
      response.header('cross-origin-resource-policy', 'same-origin')
    },
  })
}

const notBuilt = html`<p>This gateway was started without the built web console. Everything else works.</p>
<p>If you run this gateway from its sources, build the console, and start the gateway again:</p>
<pre><code>npx -y pnpm@12.4.2 build</code></pre>`

/** Vite puts a digest of the content into the name of every file that it builds. */
function isHashed(path: string): boolean {
  return /-[\w-]{8}\.\w+(?:\.br|\.gz)?$/.test(path)
}

/** Whether to redirect to the login. A request with two credentials would be redirected endlessly. */
function shouldLogIn(error: unknown): boolean {
  return error instanceof Unauthenticated && ruleOf(error) !== 'two-credentials'
}
