import type { FastifyError, FastifyInstance, FastifyReply } from 'fastify'
import { checkCsrf, isCrossSite } from '../http/authenticate-cookie.ts'
import type { BrowserSessions } from '../sessions/browser-sessions.ts'
import { fieldOf, readForms } from './forms.ts'
import { html, sendPage } from './html.ts'

/** Logs out of a browser session. Also succeeds if the session has already ended. */
export async function logout(app: FastifyInstance, { browserSessions }: { browserSessions: BrowserSessions }) {
  const { cookies } = browserSessions
  readForms(app)
  app.addHook('onRequest', async function authenticateBrowser(request, reply) {
    try {
      await app.authenticateTokenOrCookie(request, reply)
    } catch (error) {
      // The form of another site arrives without the session cookie, and must not delete the cookie.
      if ((error as FastifyError).statusCode !== 401 || isCrossSite(request, browserSessions)) throw error
      return sendLoggedOut(reply)
    }
  })
  app.post('/gateway/auth/logout', { config: { csrfByForm: true } }, async function logOut(request, reply) {
    const { principal } = request
    if (principal === null) throw new Error('authentication did not set a principal')
    checkCsrf(request, fieldOf(request, 'csrf_token') ?? request.headers['x-csrf-token'], browserSessions)
    const by = { kind: 'user', id: principal.id, name: principal.name } as const
    await browserSessions.end(principal.credential, by, 'logged out')
    return sendLoggedOut(reply)
  })

  function sendLoggedOut(reply: FastifyReply): FastifyReply {
    reply.setCookie(cookies.session, '', { maxAge: 0 })
    return sendPage(
      reply,
      200,
      'You are logged out',
      html`<p>This browser’s session has ended. Your account at the identity provider may still be logged in there.</p>
<p><a class="button" href="/gateway/auth/login?account=choose">Log in again</a></p>`,
    )
  }
}
