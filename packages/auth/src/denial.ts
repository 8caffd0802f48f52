import { type Denial, denyByGateway } from '@rack-gateway/errors'
import type { Principal } from '@rack-gateway/rbac-policy'
import type { TokenKind } from './tokens/token-kind.ts'

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

/** Why a caller cannot authenticate. */
export interface AuthenticationDenial extends Denial {
  readonly rule: AuthenticationRule
  /** The session whose superseded token was used, for an alarm. */
  readonly alarm?: { readonly session: string; readonly user: string; readonly name: string }
  /** The ID of the credential's owner, if known. Denials are rate-limited per account. */
  readonly account?: string
  /** Details for the operator's log and for audit events only. They contain no part of the credential. */
  readonly detail?: string
}

const logIn = 'run "rack-gateway login"'
const newToken = 'ask an administrator or its owner for a new one'

const deny = denyByGateway<AuthenticationRule>

export const noCredential = deny(
  'no-credential',
  'no credential was sent:',
  `${logIn}, or put your token into RACK_URL as https://convox:TOKEN@GATEWAY`,
)
export const twoCredentials = deny(
  'two-credentials',
  'more than one Authorization header was sent, so it is unclear who calls:',
  'send exactly one',
)
export const cookieAndCredential = deny(
  'two-credentials',
  'both a cookie and an Authorization header were sent, so it is unclear who calls:',
  'send one of them',
)
export const twoCookies = deny(
  'two-credentials',
  'the cookie of the session was sent more than once, so it is unclear who calls:',
  'delete the cookies of this site and log in again',
)
export const browserSession = deny(
  'browser-session',
  'this token belongs to a browser, and is valid as its cookie only:',
  logIn,
)
export const notOfBrowser = deny(
  'browser-session',
  'the cookie holds a token that no browser was given:',
  'delete the cookies of this site and log in again',
)
export const idleSession = deny(
  'idle-session',
  'your session was not used for too long, so it was ended:',
  'log in again',
)
export const oversizedCredential = deny(
  'oversized-credential',
  'the Authorization header is longer than 8192 bytes, which no token is:',
  'check what RACK_URL holds',
)
export const malformedCredential = deny(
  'malformed-credential',
  'the Authorization header is neither "Basic" with a user name and a token nor "Bearer" with a token:',
  'check RACK_URL',
)
export const rackJwt = deny(
  'rack-jwt',
  'the user name jwt stands for a token that a rack issued, which the gateway does not accept:',
  'use a gateway token with the user name convox',
)
export const malformedToken = deny(
  'malformed-token',
  'this is not a complete gateway token (rgs_, rgt_ or rgw_ and 63 more characters):',
  `copy it again, or ${logIn}`,
)
export const unknownVersion = deny(
  'unknown-version',
  'this token was made by another version of the gateway:',
  `${logIn}, or for an API token ${newToken}`,
)
export const unknownKey = deny(
  'unknown-key',
  'this token was signed with a key that this gateway does not have or no longer uses:',
  `${logIn}, or for an API token ${newToken}`,
)
export const badSignature = deny(
  'bad-signature',
  'this token was not issued by this gateway:',
  `${logIn}, or for an API token ${newToken}`,
)
export const unknownToken = deny(
  'unknown-token',
  'this gateway has no record of this token any more:',
  `${logIn}, or for an API token ${newToken}`,
)
export const lockedUser = deny('locked-user', 'your account is locked:', 'ask an administrator to unlock it')
export const lockedOwner = deny(
  'locked-user',
  'the account of the user who owns this API token is locked, so the token is too:',
  'ask an administrator',
)
export const disabledServiceAccount = deny(
  'disabled-service-account',
  'the service account that owns this API token is disabled:',
  'ask an administrator to enable it',
)

export const noPublicUrl = deny(
  'no-public-url',
  'this gateway takes no tokens of CI jobs:',
  'its operator must set PUBLIC_URL, which is their audience',
)
export const malformedJwt = deny(
  'malformed-jwt',
  'this is not the OIDC token of a CI job (a JWT with kid, iss, sub, aud, iat and exp):',
  'check which variable it came from',
)
export const jwtAlgorithm = deny(
  'jwt-algorithm',
  'this JWT is not signed with a public key (RS, PS, ES or EdDSA):',
  'use the OIDC token of the CI job',
)
export const earlyJwt = deny(
  'early-jwt',
  'this JWT is not valid yet by more than 30 seconds:',
  'check the clocks of its issuer and of the gateway',
)
export const longLivedJwt = deny(
  'long-lived-jwt',
  'this JWT lives for more than a day:',
  'shorten the time that its issuer gives to it',
)
export const noTrust = deny(
  'no-trust',
  "no trust matches this job; the gateway's log says why, for its operator:",
  'ask an administrator',
)
/** @public The reference of errors imports this module by its path. */
export const severalTrusts = deny(
  'several-trusts',
  'more than one trust matches this job:',
  'exchange its token with the name of one, {"trust":"NAME"}',
)
export const usedJwt = deny(
  'used-jwt',
  'this JWT was used already, and each counts once:',
  'ask the CI system for a new one, or keep what it was exchanged for',
)
export const revokedTrust = deny('revoked-trust', 'the trust that let this job in was revoked:', 'ask an administrator')

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
    'this JWT is not for this gateway alone:',
    `ask the CI system for one with the audience ${audience}`,
  )
}

/** @param expiresAt in milliseconds since the epoch */
export function expiredJwt(expiresAt: number): AuthenticationDenial {
  return deny(
    'expired-jwt',
    `this JWT expired on ${minute(expiresAt)}:`,
    'exchange it earlier, or ask the CI system for a new one',
  )
}

/** @param at when it ended, in milliseconds since the epoch */
export function endedSession(at: number): AuthenticationDenial {
  return deny('ended-session', `your session was ended on ${minute(at)}:`, logIn)
}

/** @param at when it was ended, in milliseconds since the epoch */
export function endedJob(at: number): AuthenticationDenial {
  return deny(
    'ended-session',
    `this job's session was ended on ${minute(at)}:`,
    'ask an administrator, or start the job again',
  )
}

/** @param at when a newer token took its place, in milliseconds since the epoch */
export function supersededToken(at: number, { credential, id, name }: Principal): AuthenticationDenial {
  return Object.freeze({
    ...deny(
      'superseded-token',
      `this token was replaced by a newer one on ${minute(at)}, and only that one works:`,
      `if you use it somewhere else too, ${logIn} there; if you do not know of it, end the session`,
    ),
    alarm: Object.freeze({ session: credential, user: id, name }),
  })
}

/** @param at when it was revoked, in milliseconds since the epoch */
export function revokedToken(at: number): AuthenticationDenial {
  return deny('revoked-token', `this API token was revoked on ${minute(at)}:`, newToken)
}

/** @param expiresAt in milliseconds since the epoch */
export function expiredToken(kind: TokenKind, expiresAt: number): AuthenticationDenial {
  switch (kind) {
    case 'browser':
      return deny('expired-token', `your session expired on ${minute(expiresAt)}:`, 'log in again')
    case 'session':
      return deny('expired-token', `your session expired on ${minute(expiresAt)}:`, logIn)
    case 'api-token':
      return deny('expired-token', `this API token expired on ${minute(expiresAt)}:`, newToken)
    case 'workload':
      return deny('expired-token', `this job's token expired on ${minute(expiresAt)}:`, 'start the job again')
  }
}

/** @param account the id of a user or service account */
export function withAccount(refused: AuthenticationDenial, account: string): AuthenticationDenial {
  return Object.freeze({ ...refused, account })
}

export function isDenial(value: object): value is AuthenticationDenial {
  return 'rule' in value && 'reason' in value
}

function minute(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`
}
