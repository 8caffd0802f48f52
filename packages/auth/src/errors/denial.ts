import { type Denial, denyByGateway } from '@rack-gateway/errors'
import type { Principal } from '@rack-gateway/rbac-policy'

/** `browser` is the token of a browser session, which is valid only as a cookie. */
export type TokenKind = 'session' | 'browser' | 'api-token' | 'workload'

export type AuthenticationRule =
  | 'no-credential'
  | 'two-credentials'
  | 'oversized-credential'
  | 'malformed-credential'
  | 'rack-jwt'
  | 'malformed-token'
  | 'unknown-version'
  | 'unknown-key'
  | 'bad-signature'
  | 'expired-token'
  | 'unknown-token'
  | 'ended-session'
  | 'superseded-token'
  | 'revoked-token'
  | 'locked-user'
  | 'browser-session'
  | 'idle-session'
  | 'disabled-service-account'
  | 'no-public-url'
  | 'malformed-jwt'
  | 'jwt-algorithm'
  | 'expired-jwt'
  | 'early-jwt'
  | 'long-lived-jwt'
  | 'wrong-audience'
  | 'no-trust'
  | 'several-trusts'
  | 'used-jwt'
  | 'revoked-trust'

export interface AuthenticationDenial extends Denial {
  readonly rule: AuthenticationRule
  /** The session whose superseded token was used, for an alarm. */
  readonly alarm?: { readonly session: string; readonly user: string; readonly name: string }
  /** The ID of the credential's owner, if known. Denials are rate-limited per account. */
  readonly account?: string
  /** Details for the operator's log and for audit events only. They contain no part of the credential. */
  readonly detail?: string
}

const logIn = 'Run "rack-gateway login".'
const newToken = 'Ask an administrator or its owner for a new one.'
const logInOrNewToken = `${logIn} For an API token, ask an administrator or its owner for a new one.`

const deny = denyByGateway<AuthenticationRule>

export const noCredential = deny(
  'no-credential',
  'No credential was sent.',
  'Run "rack-gateway login", or set RACK_URL to https://convox:TOKEN@GATEWAY.',
)
export const twoCredentials = deny(
  'two-credentials',
  'The request has more than one Authorization header, and only one is allowed.',
  'Send exactly one.',
)
export const cookieAndCredential = deny(
  'two-credentials',
  'The request has a session cookie and an Authorization header, and only one of them is allowed.',
  'Send one of them.',
)
export const twoCookies = deny(
  'two-credentials',
  'The request has more than one session cookie, and only one is allowed.',
  'Delete the cookies of this site, and log in again.',
)
export const browserSession = deny(
  'browser-session',
  'This token belongs to a browser session, and is valid only as its cookie.',
  logIn,
)
export const notBrowserToken = deny(
  'browser-session',
  'The cookie contains a token that does not belong to a browser session.',
  'Delete the cookies of this site, and log in again.',
)
export const idleSession = deny('idle-session', 'Your session ended because you did not use it.', 'Log in again.')
export const oversizedCredential = deny(
  'oversized-credential',
  'The Authorization header is longer than 8192 bytes, so it is not a gateway token.',
  'Check the token in RACK_URL.',
)
export const malformedCredential = deny(
  'malformed-credential',
  'The Authorization header is neither Basic with a user name and a token, nor Bearer with a token.',
  'Check RACK_URL.',
)
export const rackJwt = deny(
  'rack-jwt',
  'The user name jwt is for tokens that a rack issued, and the gateway does not accept those.',
  'Use a gateway token with the user name convox.',
)
export const malformedToken = deny(
  'malformed-token',
  'This is not a gateway token, or it was cut off or mistyped. A token is rgs_, rgt_, or rgw_ and 63 more characters.',
  'Copy it again, or run "rack-gateway login".',
)
export const unknownVersion = deny(
  'unknown-version',
  'Another version of the gateway issued this token.',
  logInOrNewToken,
)
export const unknownKey = deny(
  'unknown-key',
  'This token is signed with a key that this gateway does not have or no longer uses.',
  logInOrNewToken,
)
export const badSignature = deny('bad-signature', 'This gateway did not issue this token.', logInOrNewToken)
export const unknownToken = deny('unknown-token', 'This gateway no longer has a record of this token.', logInOrNewToken)
export const lockedUser = deny('locked-user', 'Your account is locked.', 'Ask an administrator to unlock it.')
export const lockedOwner = deny(
  'locked-user',
  'The user who owns this API token is locked, so the token is not valid.',
  'Ask an administrator to unlock the user.',
)
export const disabledServiceAccount = deny(
  'disabled-service-account',
  'The service account that owns this API token is disabled.',
  'Ask an administrator to enable it.',
)

export const noPublicUrl = deny(
  'no-public-url',
  'This gateway does not accept OIDC tokens, because PUBLIC_URL, the audience of these tokens, is not set.',
  'Ask its operator to set PUBLIC_URL.',
)
export const malformedJwt = deny(
  'malformed-jwt',
  'This is not the OIDC token of a CI job (a JWT with kid, iss, sub, aud, iat, and exp).',
  'Check the variable that it came from.',
)
export const jwtAlgorithm = deny(
  'jwt-algorithm',
  'This JWT is not signed with a public-key algorithm (RS, PS, ES, or EdDSA).',
  'Use the OIDC token of the CI job.',
)
export const earlyJwt = deny(
  'early-jwt',
  'This JWT is not valid yet, and does not become valid in the next 30 seconds.',
  'Check the clocks of its issuer and of the gateway.',
)
export const longLivedJwt = deny(
  'long-lived-jwt',
  'This JWT is valid for more than a day, which is too long.',
  'Configure a shorter lifetime at its issuer.',
)
export const noTrust = deny(
  'no-trust',
  'No trust matches this job. The gateway’s log says why.',
  'Ask an administrator.',
)
/** @public The test of `docs/reference/errors.md` reads this export through the path of this module. */
export const severalTrusts = deny(
  'several-trusts',
  'More than one trust matches this job.',
  'Name one of them when you exchange the token: {"trust":"NAME"}.',
)
export const usedJwt = deny(
  'used-jwt',
  'This JWT was already exchanged or used as the password.',
  'Get a new JWT from the CI system, or keep the gateway token that you got for it.',
)
export const revokedTrust = deny('revoked-trust', 'The trust of this job was revoked.', 'Ask an administrator.')

/** The caller sees the same sentence for every cause. @param detail for the operator */
export function noTrustBecause(detail: string): AuthenticationDenial {
  return Object.freeze({ ...noTrust, detail })
}

export function severalTrustsNamed(names: readonly string[]): AuthenticationDenial {
  return Object.freeze({ ...severalTrusts, detail: `more than one trust matches: ${names.join(', ')}` })
}

/** @param audience PUBLIC_URL */
export function wrongAudience(audience: string): AuthenticationDenial {
  return deny(
    'wrong-audience',
    'This JWT has an audience other than this gateway.',
    `Get a JWT from the CI system with the audience ${audience} only.`,
  )
}

/** @param expiresAt in milliseconds since the epoch */
export function expiredJwt(expiresAt: number): AuthenticationDenial {
  return deny(
    'expired-jwt',
    `This JWT expired on ${minute(expiresAt)}.`,
    'Exchange it earlier, or get a new one from the CI system.',
  )
}

/** @param at when it ended, in milliseconds since the epoch */
export function endedSession(at: number): AuthenticationDenial {
  return deny('ended-session', `Your session ended on ${minute(at)}.`, logIn)
}

/** @param at when it ended, in milliseconds since the epoch */
export function endedJob(at: number): AuthenticationDenial {
  return deny(
    'ended-session',
    `The session of this job ended on ${minute(at)}.`,
    'Ask an administrator, or start the job again.',
  )
}

/** @param at when a newer token replaced it, in milliseconds since the epoch */
export function supersededToken(at: number, { credential, id, name }: Principal): AuthenticationDenial {
  return Object.freeze({
    ...deny(
      'superseded-token',
      `A newer token replaced this one on ${minute(at)}.`,
      'If you use the session on another machine, too, run "rack-gateway login" there. If you did not renew the session, revoke it.',
    ),
    alarm: Object.freeze({ session: credential, user: id, name }),
  })
}

/** @param at when it was revoked, in milliseconds since the epoch */
export function revokedToken(at: number): AuthenticationDenial {
  return deny('revoked-token', `This API token was revoked on ${minute(at)}.`, newToken)
}

/** @param expiresAt in milliseconds since the epoch */
export function expiredToken(kind: TokenKind, expiresAt: number): AuthenticationDenial {
  switch (kind) {
    case 'browser':
      return deny('expired-token', `Your session expired on ${minute(expiresAt)}.`, 'Log in again.')
    case 'session':
      return deny('expired-token', `Your session expired on ${minute(expiresAt)}.`, logIn)
    case 'api-token':
      return deny('expired-token', `This API token expired on ${minute(expiresAt)}.`, newToken)
    case 'workload':
      return deny('expired-token', `The token of this job expired on ${minute(expiresAt)}.`, 'Start the job again.')
  }
}

/** @param account the ID of a user or service account */
export function withAccount(denial: AuthenticationDenial, account: string): AuthenticationDenial {
  return Object.freeze({ ...denial, account })
}

export function isDenial(value: object): value is AuthenticationDenial {
  return 'rule' in value && 'reason' in value
}

function minute(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`
}
