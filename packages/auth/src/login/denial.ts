import { type Denial, denyByGateway, formatMessage } from '@rack-gateway/errors'

/** Why a login failed, with the title of the page that says so. */
export interface LoginDenial extends Denial {
  readonly status: number
  readonly title: string
  /** Whether the identity provider had authenticated the person. If not, anybody can cause the denial, so it is only counted. */
  readonly of: 'anybody' | 'person'
}

export function denyLogin(status: number, rule: string, title: string, reason: string, remedy: string): LoginDenial {
  return Object.freeze({ ...denyByGateway(rule, reason, remedy), status, title, of: 'anybody' })
}

function denyPerson(rule: string, title: string, reason: string, remedy: string): LoginDenial {
  return Object.freeze({ ...denyByGateway(rule, reason, remedy), status: 403, title, of: 'person' })
}

const again = 'log in again from the beginning'
const tellAdministrator = 'if this continues, tell an administrator of this gateway'

export const unknownLogin = denyLogin(
  400,
  'login-unknown',
  'This login was not begun here',
  'this browser has begun no such login, or has finished it already:',
  again,
)
export const expiredLogin = denyLogin(
  400,
  'login-expired',
  'This login took too long',
  'a login must be finished within ten minutes, and nothing was changed:',
  again,
)
export const usedLogin = denyLogin(
  400,
  'login-used',
  'This login was finished already',
  'each login works once, and this one has come back before:',
  again,
)
export const otherIssuer = denyLogin(
  400,
  'login-issuer',
  'The answer came from somewhere else',
  'the answer to this login does not name the identity provider that was asked, so it was not used:',
  again,
)
export const refusedByProvider = denyLogin(
  403,
  'login-provider-refused',
  'The identity provider ended the login',
  'the identity provider did not let you in:',
  `${again}, or ask who runs it`,
)
export const unreachableProvider = denyLogin(
  503,
  'login-provider-unreachable',
  'The identity provider does not answer',
  'logging in is not possible right now, sessions that exist go on:',
  `try again in a few minutes; ${tellAdministrator}`,
)
export const brokenProvider = denyLogin(
  502,
  'login-provider-broken',
  'The identity provider gave an unusable answer',
  'its answer could not be used, so you were not logged in:',
  `${again}; ${tellAdministrator}`,
)
export const refusedCode = denyLogin(
  403,
  'login-code',
  'The identity provider did not confirm the login',
  'it did not accept what the gateway presented for you, so you were not logged in:',
  `${again}; ${tellAdministrator}`,
)
export const badIdToken = denyLogin(
  403,
  'login-id-token',
  'The identity provider’s proof did not hold',
  'what it said about you could not be verified, so you were not logged in:',
  `${again}; ${tellAdministrator}`,
)
export const noEmail = denyPerson(
  'login-email',
  'Your account has no usable e-mail address',
  'the identity provider named no e-mail address for you, or one that is not plain ASCII with one @:',
  'ask who runs it to correct your account',
)
export const unverifiedEmail = denyPerson(
  'login-email-unverified',
  'Your e-mail address is not verified',
  'the identity provider does not vouch for your e-mail address:',
  'verify it there, then log in again',
)
export const otherDomain = denyPerson(
  'login-domain',
  'Your account is not of an organisation that may log in here',
  'only accounts of certain domains may log in here:',
  'log in with your account at work, or ask an administrator of this gateway',
)
export const badGroups = denyPerson(
  'login-groups',
  'Your groups could not be read',
  'the identity provider lists your groups in a way that can not be read, so you were not logged in:',
  'tell an administrator of this gateway',
)
export const lockedAccount = denyPerson(
  'login-locked',
  'Your account is locked',
  'an administrator of this gateway has locked your account:',
  'ask one to unlock it',
)

/** Ends a login. The audit event records `detail`; the page also shows `detail.note`, escaped. */
export class LoginDenied extends Error {
  readonly denial: LoginDenial
  readonly detail: Readonly<Record<string, string>>

  constructor(denial: LoginDenial, detail: Readonly<Record<string, string>> = {}) {
    super(formatMessage(denial))
    this.denial = denial
    this.detail = detail
  }
}
