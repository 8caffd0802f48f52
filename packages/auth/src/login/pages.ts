import { type Explanation, explanationOf, formatMessage } from '@rack-gateway/errors'
import type { FastifyError, FastifyReply } from 'fastify'
import type { LoginDenial } from '../errors/login-denial.ts'
import { html, sendPage } from './html.ts'

export function denialPage(
  reply: FastifyReply,
  denial: LoginDenial,
  { email, error }: Readonly<Record<string, string>>,
  returnTo: string,
  requestId: string,
): FastifyReply {
  const { status, title, isAuthenticated } = denial
  const account = email === undefined ? [] : [html`<p>Your account is <strong>${email}</strong>.</p>\n`]
  const providerError =
    error === undefined || error === '' ? [] : [html`<p>The error of the identity provider: <q>${error}</q></p>\n`]
  // Without `account=choose`, the provider would use its session of the same account again.
  const choice = isAuthenticated ? '&account=choose' : ''
  const label = isAuthenticated ? 'Log in with another account' : 'Log in again'
  if (status === 503) void reply.header('retry-after', '10')
  return sendPage(
    reply,
    status,
    title,
    html`<p>${formatMessage(denial)}</p>
${account}${providerError}<p><a class="button" href="/gateway/auth/login?return_to=${encodeURIComponent(returnTo)}${choice}">${label}</a></p>
<p class="soft">If you ask for help, include the request ID ${requestId}.</p>`,
  )
}

/** An error with status 429. `retryAfter` is in seconds. */
export interface RateLimitError extends FastifyError {
  readonly rule?: string
  readonly retryAfter?: number
}

export function explainLimit(error: RateLimitError): Explanation {
  return explanationOf(error) ?? { reason: error.message, remedy: 'Wait, and try again.' }
}

export function busyPage(reply: FastifyReply, { retryAfter = 60 }: RateLimitError): FastifyReply {
  return sendPage(
    reply.header('retry-after', retryAfter),
    429,
    'Too many logins',
    html`<p>There were too many logins from your address or with your account. Wait ${String(retryAfter)} seconds, and try again.</p>
<p><a class="button" href="/gateway/auth/login">Log in</a></p>
<p class="soft">If you share your address with many people, tell an administrator of the gateway, and include the request ID ${reply.request.id}.</p>`,
  )
}

/** Shows only messages of the gateway's own errors. */
export function unavailablePage(reply: FastifyReply, error: FastifyError): FastifyReply {
  const status = error.statusCode ?? 500
  const isOwnError = error.code?.startsWith('RGW_') === true
  const reason = isOwnError ? error.message : 'An internal error occurred. The gateway’s log has the details.'
  return sendPage(
    reply,
    status,
    'The login failed',
    html`<p>${asSentence(reason)}</p>
<p><a class="button" href="/gateway/auth/login">Log in</a></p>
<p class="soft">If you ask for help, include the request ID ${reply.request.id}.</p>`,
  )
}

function asSentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${text.endsWith('.') ? '' : '.'}`
}
