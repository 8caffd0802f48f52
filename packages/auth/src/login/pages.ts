import { type Explanation, explanationOf, formatMessage } from '@rack-gateway/errors'
import type { FastifyError, FastifyReply } from 'fastify'
import type { LoginDenial } from './denial.ts'
import { html, sendPage } from './html.ts'

/** Why a login came to nothing, and the way to try again. */
export function denialPage(
  reply: FastifyReply,
  refusal: LoginDenial,
  { email, error }: Readonly<Record<string, string>>,
  returnTo: string,
  requestId: string,
): FastifyReply {
  const { status, title } = refusal
  const account = email === undefined ? [] : [html`<p>You came as <strong>${email}</strong>.</p>\n`]
  const words = error === undefined || error === '' ? [] : [html`<p>It said: <q>${error}</q></p>\n`]
  // The provider would else answer again for the account that it has a session of.
  const isPerson = refusal.of === 'person'
  const choice = isPerson ? '&account=choose' : ''
  const label = isPerson ? 'Log in with another account' : 'Log in again'
  if (status === 503) void reply.header('retry-after', '10')
  return sendPage(
    reply,
    status,
    title,
    html`<p>${sentence(formatMessage(refusal))}</p>
${account}${words}<p><a class="button" href="/gateway/auth/login?return_to=${encodeURIComponent(returnTo)}${choice}">${label}</a></p>
<p class="soft">If you ask for help, name the request ${requestId}.</p>`,
  )
}

/** A 429: seconds to wait, where it is known. */
export interface Limited extends FastifyError {
  readonly rule?: string
  readonly retryAfter?: number
}

/** What is counted of it. */
export function explainLimit(error: Limited): Explanation {
  return explanationOf(error) ?? { reason: error.message, remedy: 'wait, then try again' }
}

export function busyPage(reply: FastifyReply, { retryAfter = 60 }: Limited): FastifyReply {
  return sendPage(
    reply.header('retry-after', retryAfter),
    429,
    'Too many logins at once',
    html`<p>More logins were tried from your address, or with your account, than one person makes. Wait ${String(retryAfter)} seconds, then try again.</p>
<p><a class="button" href="/gateway/auth/login">Log in</a></p>
<p class="soft">If you share your address with many others, tell an administrator of this gateway, and name the request ${reply.request.id}.</p>`,
  )
}

/** A failure of the gateway's own: its sentence where it has one that is meant for people. */
export function unavailablePage(reply: FastifyReply, error: FastifyError): FastifyReply {
  const status = error.statusCode ?? 500
  const told = error.code?.startsWith('RGW_') === true
  const reason = told ? error.message : 'something went wrong inside the gateway; its log has more'
  return sendPage(
    reply,
    status,
    'That did not work',
    html`<p>${sentence(reason)}</p>
<p><a class="button" href="/gateway/auth/login">Log in</a></p>
<p class="soft">If you ask for help, name the request ${reply.request.id}.</p>`,
  )
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
}
