import { type Denial, denyByGateway, type Explanation, formatMessage } from '@rack-gateway/errors'

export interface LoginDenial extends Denial {
  readonly status: number
  readonly title: string
  /**
   * Whether the identity provider had authenticated the person. If not, anybody can cause the denial, so the gateway
   * only counts it.
   */
  readonly isAuthenticated: boolean
}

interface TitledExplanation extends Explanation {
  readonly title: string
}

export function denyLogin(status: number, rule: string, { title, reason, remedy }: TitledExplanation): LoginDenial {
  return Object.freeze({ ...denyByGateway(rule, reason, remedy), status, title, isAuthenticated: false })
}

function denyUser(rule: string, explanation: TitledExplanation): LoginDenial {
  return Object.freeze({ ...denyLogin(403, rule, explanation), isAuthenticated: true })
}

const again = 'Start the login again.'
const tellAdministrator = 'If the problem persists, tell an administrator of the gateway.'

export const unknownLogin = denyLogin(400, 'login-unknown', {
  title: 'This login did not start in this browser',
  reason: 'This browser did not start this login, or has already finished it.',
  remedy: again,
})
export const expiredLogin = denyLogin(400, 'login-expired', {
  title: 'This login took too long',
  reason: 'A login must be finished within ten minutes, so this one was canceled.',
  remedy: again,
})
export const usedLogin = denyLogin(400, 'login-used', {
  title: 'This login is already finished',
  reason: 'Each login works only once, and this one was already used.',
  remedy: again,
})
export const otherIssuer = denyLogin(400, 'login-issuer', {
  title: 'The response is not from the expected identity provider',
  reason: 'The response to this login does not name the expected identity provider, so it was rejected.',
  remedy: again,
})
export const refusedByProvider = denyLogin(403, 'login-provider-refused', {
  title: 'The identity provider ended the login',
  reason: 'The identity provider did not log you in.',
  remedy: 'Start the login again, or ask the administrator of the identity provider.',
})
export const unreachableProvider = denyLogin(503, 'login-provider-unreachable', {
  title: 'The identity provider does not answer',
  reason: 'The identity provider does not answer, so you cannot log in now. Existing sessions stay valid.',
  remedy: `Try again in a few minutes. ${tellAdministrator}`,
})
export const brokenProvider = denyLogin(502, 'login-provider-broken', {
  title: 'The identity provider sent an invalid response',
  reason: 'The response of the identity provider is invalid, so you are not logged in.',
  remedy: `${again} ${tellAdministrator}`,
})
export const refusedCode = denyLogin(403, 'login-code', {
  title: 'The identity provider did not confirm the login',
  reason: 'The identity provider rejected the authorization code, so you are not logged in.',
  remedy: `${again} ${tellAdministrator}`,
})
export const badIdToken = denyLogin(403, 'login-id-token', {
  title: 'The ID token of the identity provider is invalid',
  reason: 'The ID token of the identity provider could not be verified, so you are not logged in.',
  remedy: `${again} ${tellAdministrator}`,
})
export const noEmail = denyUser('login-email', {
  title: 'Your account has no usable email address',
  reason:
    'The identity provider sent no email address for you, or one that this gateway does not accept (only ASCII, with one @).',
  remedy: 'Ask the administrator of the identity provider to correct your account.',
})
export const unverifiedEmail = denyUser('login-email-unverified', {
  title: 'Your email address is not verified',
  reason: 'The identity provider has not verified your email address.',
  remedy: 'Verify it there, and log in again.',
})
export const otherDomain = denyUser('login-domain', {
  title: 'Your account’s domain is not allowed',
  reason: 'Only accounts of certain domains can log in to this gateway.',
  remedy: 'Log in with your work account, or ask an administrator of the gateway.',
})
export const badGroups = denyUser('login-groups', {
  title: 'Your groups could not be read',
  reason: 'The identity provider sent your groups in a form that cannot be read, so you are not logged in.',
  remedy: 'Tell an administrator of the gateway.',
})
export const lockedAccount = denyUser('login-locked', {
  title: 'Your account is locked',
  reason: 'An administrator of the gateway locked your account.',
  remedy: 'Ask an administrator to unlock it.',
})

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
