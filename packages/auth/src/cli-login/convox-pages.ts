import type { FastifyInstance, FastifyReply } from 'fastify'
import { LoginDenied } from '../errors/login-denial.ts'
import { checkCsrf } from '../http/authenticate-cookie.ts'
import { fieldOf } from '../login/forms.ts'
import { html, sendPage } from '../login/html.ts'
import { freshLoginLife } from '../sessions/fresh-login.ts'
import type { IssuedCredential } from '../sessions/sessions.ts'
import { convoxWithoutRole, oldConvoxLogin } from './denial.ts'
import type { CliLoginPagesOptions } from './plugin-options.ts'
import { logInFirst } from './redirects.ts'
import type { PageVisitor } from './visitor.ts'

const page = '/gateway/convox'
/** `again` prevents an endless redirect if the new login is not fresh either. */
const afterLogin = `${page}?again=1`

/** The page where a person without rack-gateway gets the `convox login` line. */
export function convoxPages(app: FastifyInstance, options: CliLoginPagesOptions): void {
  const { browserSessions, clock, countChange, logins, requestReader, visitorOf } = options

  app.get<{ Querystring: Record<string, unknown> }>(page, async function showConvoxLogin(request, reply) {
    const visitor = await visitorOf(request, reply)
    if (visitor === null) return logInFirst(reply, afterLogin)
    assertRole(visitor)
    if (await visitor.loggedInAfter(clock.now() - freshLoginLife)) return askToCreate(reply, visitor)
    if (request.query.again === undefined) return logInFirst(reply, afterLogin)
    throw new LoginDenied(oldConvoxLogin, { again: afterLogin })
  })

  app.post(page, { config: { csrfByForm: true } }, async function createConvoxLogin(request, reply) {
    const visitor = await visitorOf(request, reply)
    if (visitor === null) return logInFirst(reply, afterLogin)
    checkCsrf(request, fieldOf(request, 'csrf_token'), browserSessions)
    assertRole(visitor)
    countChange(request)
    return showOnce(reply, await logins.convox.issue(visitor, requestReader.contextOf(request)), browserSessions.origin)
  })
}

/** @throws LoginDenied */
function assertRole({ racks }: Pick<PageVisitor, 'racks'>): void {
  if (racks.length === 0) throw new LoginDenied(convoxWithoutRole)
}

function askToCreate(reply: FastifyReply, { email, csrfToken }: PageVisitor): FastifyReply {
  return sendPage(
    reply,
    200,
    'Log in with convox itself',
    html`<p>You are <strong>${email}</strong>. Create a token, and log in with the stock convox. You do not need rack-gateway.</p>
<p>The token is valid for 24 hours, on every rack that you can use. It cannot be renewed.</p>
<p class="warning">convox stores the token in plain text, and does not verify the certificate of this gateway. On a network that you do not trust, use rack-gateway.</p>
<form method="post" action="${page}"><input type="hidden" name="csrf_token" value="${csrfToken}"><button>Create a token</button></form>`,
  )
}

function showOnce(reply: FastifyReply, { id, token, expiresAt }: IssuedCredential, origin: string): FastifyReply {
  const { protocol, host } = new URL(origin)
  const plainHttp = protocol === 'http:' ? [html`export X_DEV_ALLOW_HTTP=true\n`] : []
  return sendPage(
    reply,
    200,
    'Run this in your terminal',
    html`<pre class="wrapped"><code>${plainHttp}convox login ${host} -t ${token}
convox racks
convox switch NAME</code></pre>
<p>This page shows the token only once. It is valid until <time>${minuteOf(expiresAt)}</time>.</p>
<p class="soft">To revoke it earlier, type <code>rack-gateway sessions revoke ${id}</code>, or ask an administrator of this gateway.</p>`,
  )
}

function minuteOf(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`
}
