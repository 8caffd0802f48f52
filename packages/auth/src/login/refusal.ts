import { type Explanation, formatMessage } from '@rack-gateway/errors'

/** Why a login came to nothing: a rule for the audit log, and a title, why and what to do for the person. */
export interface LoginRefusal extends Explanation {
  readonly status: number
  readonly rule: string
  readonly title: string
  /** Of whom it is known: nobody, as anybody could have sent it; or the person whom the provider vouched for. */
  readonly of: 'anybody' | 'person'
}

export function refusal(status: number, rule: string, title: string, reason: string, next: string): LoginRefusal {
  return Object.freeze({ status, rule, title, reason, next, of: 'anybody' })
}

function refusalOfPerson(rule: string, title: string, reason: string, next: string): LoginRefusal {
  return Object.freeze({ status: 403, rule, title, reason, next, of: 'person' })
}

const again = 'log in again from the beginning'
const tellAdministrator = 'if it goes on, tell an administrator of this gateway'

export const unknownLogin = refusal(
  400,
  'login-unknown',
  'This login was not begun here',
  'this browser has begun no such login, or has finished it already:',
  again,
)
export const expiredLogin = refusal(
  400,
  'login-expired',
  'This login took too long',
  'a login must be finished within ten minutes, and nothing was changed:',
  again,
)
export const usedLogin = refusal(
  400,
  'login-used',
  'This login was finished already',
  'each login works once, and this one has come back before:',
  again,
)
export const otherIssuer = refusal(
  400,
  'login-issuer',
  'The answer came from somewhere else',
  'the answer to this login does not name the identity provider that was asked, so it was not used:',
  again,
)
export const refusedByProvider = refusal(
  403,
  'login-provider-refused',
  'The identity provider ended the login',
  'the identity provider did not let you in:',
  `${again}, or ask who runs it`,
)
export const unreachableProvider = refusal(
  503,
  'login-provider-unreachable',
  'The identity provider does not answer',
  'logging in is not possible right now, sessions that exist go on:',
  `try again in a few minutes; ${tellAdministrator}`,
)
export const brokenProvider = refusal(
  502,
  'login-provider-broken',
  'The identity provider gave an unusable answer',
  'its answer could not be used, so you were not logged in:',
  `${again}; ${tellAdministrator}`,
)
export const refusedCode = refusal(
  403,
  'login-code',
  'The identity provider did not confirm the login',
  'it did not accept what the gateway presented for you, so you were not logged in:',
  `${again}; ${tellAdministrator}`,
)
export const badIdToken = refusal(
  403,
  'login-id-token',
  'The identity provider’s proof did not hold',
  'what it said about you could not be verified, so you were not logged in:',
  `${again}; ${tellAdministrator}`,
)
export const noEmail = refusalOfPerson(
  'login-email',
  'Your account has no usable e-mail address',
  'the identity provider named no e-mail address for you, or one that is not plain ASCII with one @:',
  'ask who runs it to correct your account',
)
export const unverifiedEmail = refusalOfPerson(
  'login-email-unverified',
  'Your e-mail address is not verified',
  'the identity provider does not vouch for your e-mail address:',
  'verify it there, then log in again',
)
export const otherDomain = refusalOfPerson(
  'login-domain',
  'Your account is not of an organisation that may log in here',
  'only accounts of certain domains may log in here:',
  'log in with your account at work, or ask an administrator of this gateway',
)
export const badGroups = refusalOfPerson(
  'login-groups',
  'Your groups could not be read',
  'the identity provider lists your groups in a way that can not be read, so you were not logged in:',
  'tell an administrator of this gateway',
)
export const lockedAccount = refusalOfPerson(
  'login-locked',
  'Your account is locked',
  'an administrator of this gateway has locked your account:',
  'ask one to unlock it',
)

/** Thrown on the way of a login. `detail` goes into the event, `note` onto the page as well: plain text, which is escaped there. */
export class LoginRefused extends Error {
  readonly refusal: LoginRefusal
  readonly detail: Readonly<Record<string, string>>

  constructor(refusal: LoginRefusal, detail: Readonly<Record<string, string>> = {}) {
    super(formatMessage(refusal))
    this.refusal = refusal
    this.detail = detail
  }
}
