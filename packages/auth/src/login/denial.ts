import { type Denial, denyByGateway, formatMessage } from '@rack-gateway/errors'

export interface LoginDenial extends Denial {
  readonly status: number
  readonly title: string
  /**
   * Whether the identity provider had authenticated the person. If not, anybody can cause the denial, so the gateway
   * only counts it.
   */
  readonly isAuthenticated: boolean
}

export function denyLogin(status: number, rule: string, title: string, reason: string, remedy: string): LoginDenial {
  return Object.freeze({ ...denyByGateway(rule, reason, remedy), status, title, isAuthenticated: false })
}

function denyPerson(rule: string, title: string, reason: string, remedy: string): LoginDenial {
  return Object.freeze({ ...denyByGateway(rule, reason, remedy), status: 403, title, isAuthenticated: true })
}

const again = 'Start the login again.'
const tellAdministrator = 'If the problem persists, tell an administrator of the gateway.'

export const unknownLogin = denyLogin(
  400,
  'login-unknown',
  'This login did not start in this browser',
  'This browser did not start this login, or has already finished it.',
  again,
)
export const expiredLogin = denyLogin(
  400,
  'login-expired',
  'This login took too long',
  'A login must be finished within ten minutes, so this one was canceled.',
  again,
)
export const usedLogin = denyLogin(
  400,
  'login-used',
  'This login is already finished',
  'Each login works only once, and this one was already used.',
  again,
)
export const otherIssuer = denyLogin(
  400,
  'login-issuer',
  'The response is not from the expected identity provider',
  'The response to this login does not name the expected identity provider, so it was rejected.',
  again,
)
export const refusedByProvider = denyLogin(
  403,
  'login-provider-refused',
  'The identity provider ended the login',
  'The identity provider did not log you in.',
  'Start the login again, or ask the administrator of the identity provider.',
)
export const unreachableProvider = denyLogin(
  503,
  'login-provider-unreachable',
  'The identity provider does not answer',
  'The identity provider does not answer, so you cannot log in now. Existing sessions stay valid.',
  `Try again in a few minutes. ${tellAdministrator}`,
)
export const brokenProvider = denyLogin(
  502,
  'login-provider-broken',
  'The identity provider sent an invalid response',
  'The response of the identity provider is invalid, so you are not logged in.',
  `${again} ${tellAdministrator}`,
)
export const refusedCode = denyLogin(
  403,
  'login-code',
  'The identity provider did not confirm the login',
  'The identity provider rejected the authorization code, so you are not logged in.',
  `${again} ${tellAdministrator}`,
)
export const badIdToken = denyLogin(
  403,
  'login-id-token',
  'The ID token of the identity provider is invalid',
  'The ID token of the identity provider could not be verified, so you are not logged in.',
  `${again} ${tellAdministrator}`,
)
export const noEmail = denyPerson(
  'login-email',
  'Your account has no usable email address',
  'The identity provider sent no email address for you, or one that this gateway does not accept (only ASCII, with one @).',
  'Ask the administrator of the identity provider to correct your account.',
)
export const unverifiedEmail = denyPerson(
  'login-email-unverified',
  'Your email address is not verified',
  'The identity provider has not verified your email address.',
  'Verify it there, and log in again.',
)
export const otherDomain = denyPerson(
  'login-domain',
  'Your account’s domain is not permitted',
  'Only accounts of certain domains can log in to this gateway.',
  'Log in with your work account, or ask an administrator of the gateway.',
)
export const badGroups = denyPerson(
  'login-groups',
  'Your groups could not be read',
  'The identity provider sent your groups in a form that cannot be read, so you are not logged in.',
  'Tell an administrator of the gateway.',
)
export const lockedAccount = denyPerson(
  'login-locked',
  'Your account is locked',
  'An administrator of the gateway locked your account.',
  'Ask an administrator to unlock it.',
)

/**
 * The audit event of a recorded denial contains `detail`, except `detail.again`: the path to which a CLI login returns
 * after a new login. `denialPage` shows `detail.email` and `detail.error`, escaped.
 */
export class LoginDenied extends Error {
  readonly denial: LoginDenial
  readonly detail: Readonly<Record<string, string>>

  constructor(denial: LoginDenial, detail: Readonly<Record<string, string>> = {}) {
    super(formatMessage(denial))
    this.denial = denial
    this.detail = detail
  }
}
