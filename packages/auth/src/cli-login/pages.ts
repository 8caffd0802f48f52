import type { LoginPurpose } from '@rack-gateway/database'
import { formatMessage } from '@rack-gateway/errors'
import type { FastifyReply } from 'fastify'
import { type Html, html, sendPage } from '../login/html.ts'
import type { LoginDenial } from './denial.ts'
import type { PendingLogin } from './request.ts'
import type { Visitor } from './visitor.ts'

export interface DecisionForm {
  readonly login: PendingLogin
  readonly purpose: LoginPurpose | null
  readonly visitor: Visitor
  readonly browserAddress: string
  readonly isSameNetwork: boolean
  /** Milliseconds since the epoch. */
  readonly now: number
  readonly action: string
  /** The hidden field with the sealed login. */
  readonly handle: { readonly name: string; readonly value: string }
  /** Shown if the login started on another network. */
  readonly warning: string
  /** Whether a login from another network can be allowed only if a box is ticked. */
  readonly requiresTick: boolean
  readonly formTargets?: readonly string[]
}

export function askDecision(reply: FastifyReply, form: DecisionForm): FastifyReply {
  const {
    login,
    purpose,
    visitor,
    browserAddress,
    isSameNetwork,
    now,
    action,
    handle,
    requiresTick,
    formTargets = [],
  } = form
  const from = isSameNetwork
    ? `${login.address}, the same as this browser’s`
    : `${login.address}; this browser is at ${browserAddress}`
  const warning = isSameNetwork ? [] : [html`<p class="warning" role="alert"><strong>${form.warning}</strong></p>\n`]
  const box =
    isSameNetwork || !requiresTick
      ? []
      : [
          html`<label class="tick"><input type="checkbox" name="confirmed" value="yes" required> <span>I started this login myself, at ${login.address}, and nobody sent me the code.</span></label>\n`,
        ]
  return sendPage(
    reply,
    200,
    purpose === null
      ? 'Allow the rack-gateway command to act as you?'
      : 'Allow the rack-gateway command to change your second factors?',
    html`${introductionOf(purpose)}
<dl>
<dt>You</dt><dd>${visitor.email}</dd>
<dt>Device</dt><dd>${login.device}</dd>
<dt>System</dt><dd>${login.system}</dd>
<dt>Address</dt><dd>${from}</dd>
<dt>Started</dt><dd>${ageOf(now - login.begunAt)}</dd>
<dt>Valid for</dt><dd>${login.rack === null ? 'every rack that you can use' : `the rack ${login.rack} only`}</dd>
</dl>
${warning}<form method="post" action="${action}">
<input type="hidden" name="csrf_token" value="${visitor.csrfToken}">
<input type="hidden" name="${handle.name}" value="${handle.value}">
${box}<p class="choices"><button name="decision" value="allow">Allow</button> <button class="second" name="decision" value="deny" formnovalidate>Deny</button></p>
</form>
<p class="soft">The command reports device and system itself. The address is the one that the gateway saw.</p>`,
    { formTargets },
  )
}

function introductionOf(purpose: LoginPurpose | null): Html {
  return purpose === null
    ? html`<p>Allow this only if you have just typed <strong>rack-gateway login</strong> on the device below.</p>`
    : html`<p>Allow this only if you have just typed <strong>rack-gateway mfa add totp</strong> on the device below. For five minutes after your login, the command can add and remove second factors. Its session ends after ten minutes at most.</p>`
}

export interface CodeForm {
  readonly visitor: Visitor
  /** Why the previous code was rejected. */
  readonly problem: LoginDenial | null
}

/** The form for the code from the terminal. A link cannot fill in the code. */
export function askCode(reply: FastifyReply, { visitor, problem }: CodeForm): FastifyReply {
  const warning =
    problem === null
      ? []
      : [html`<p class="warning" role="alert"><strong>${problem.title}.</strong> ${formatMessage(problem)}</p>\n`]
  return sendPage(
    reply,
    problem?.status ?? 200,
    'Log in the rack-gateway command',
    html`${warning}<p>You are <strong>${visitor.email}</strong>. Type the code that your own terminal shows. Do not type a code that another person sent you: that person could then act as you.</p>
<form method="post" action="/gateway/device">
<input type="hidden" name="csrf_token" value="${visitor.csrfToken}">
<label>Code, eight letters <input class="code" name="code" maxlength="20" autocomplete="off" autocapitalize="characters" spellcheck="false" required autofocus></label>
<button>Continue</button>
</form>`,
  )
}

export function resultPage(reply: FastifyReply, title: string, sentence: string): FastifyReply {
  return sendPage(reply, 200, title, html`<p>${sentence}</p>`)
}

/** @param again the path to return to after a new login; null if a new login does not help */
export function cliDenialPage(reply: FastifyReply, denial: LoginDenial, again: string | null): FastifyReply {
  const { status, title } = denial
  const button: Html[] =
    again === null
      ? []
      : [html`<p><a class="button" href="/gateway/auth/login?return_to=${encodeURIComponent(again)}">Log in</a></p>\n`]
  if (status === 429) void reply.header('retry-after', '600')
  return sendPage(
    reply,
    status,
    title,
    html`<p>${formatMessage(denial)}</p>
${button}<p class="soft">If you ask for help, include the request ID ${reply.request.id}.</p>`,
  )
}

function ageOf(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1_000))
  if (seconds < 60) return `${seconds} second${seconds === 1 ? '' : 's'} ago`
  const minutes = Math.floor(seconds / 60)
  return `${minutes} minute${minutes === 1 ? '' : 's'} ago`
}
