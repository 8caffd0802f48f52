import createError, { type FastifyError } from '@fastify/error'
import type { Refusal } from './refusal.ts'

export const Unauthenticated = createError('RGW_UNAUTHENTICATED', '%s', 401)
export const AuthUnavailable = createError(
  'RGW_AUTH_UNAVAILABLE',
  'the gateway cannot reach its database to check who you are, so the request was refused: try again in a moment',
  503,
)
export const LookUpTooSlow = createError('RGW_LOOK_UP_TOO_SLOW', 'the database did not answer within %s ms', 503)
export const WeakSecretKey = createError(
  'RGW_WEAK_SECRET_KEY',
  'a secret key has %s bytes, and needs at least 32: set APP_SECRET_KEY to the output of "openssl rand -base64 48"',
  500,
)
export const NoSecretKey = createError(
  'RGW_NO_SECRET_KEY',
  'tokens need at least one secret key: set APP_SECRET_KEY',
  500,
)
export const RepeatedSecretKey = createError(
  'RGW_REPEATED_SECRET_KEY',
  'APP_SECRET_KEY holds the same key twice: list each key once, newest first',
  500,
)
export const InvalidExpiry = createError(
  'RGW_INVALID_EXPIRY',
  'a token must end at least a second from now, and before the year 36812: choose another end',
  400,
)
export const InvalidName = createError('RGW_INVALID_NAME', '%s', 400)
export const NameTaken = createError(
  'RGW_NAME_TAKEN',
  'a service account named %s exists already: choose another name',
  409,
)
export const SessionOver = createError('RGW_SESSION_OVER', 'this session has ended: run "rack-gateway login"', 409)
export const RenewedTooOften = createError(
  'RGW_RENEWED_TOO_OFTEN',
  'this session was renewed 20 times in a short while, so its token stays: use the newest one, or end the session if that was not you',
  429,
)
export const SessionNotLonger = createError(
  'RGW_SESSION_NOT_LONGER',
  'this session goes on until %s and can not be made longer: run "rack-gateway login" then',
  409,
)
export const NotVouchedFor = createError(
  'RGW_NOT_VOUCHED_FOR',
  'the identity provider %s, so all your sessions were ended: run "rack-gateway login"',
  401,
)
export const ProviderUnreachable = createError(
  'RGW_PROVIDER_UNREACHABLE',
  'the identity provider could not be asked whether it still vouches for you, so the session was not renewed and goes on until its end: try again in a minute',
  503,
)
export const ProviderUnusable = createError(
  'RGW_PROVIDER_UNUSABLE',
  'the identity provider gave an answer that can not be used, so the session was not renewed and goes on until its end: if it stays like this, tell an administrator (%s)',
  502,
)
export const InvalidSource = createError(
  'RGW_INVALID_SOURCE',
  'a source is an address or a network, such as 192.0.2.7, 10.0.0.0/8 or 2001:db8::/32, and IPv4 is written as IPv4: correct it or leave it out',
  400,
)
export const InvalidCursor = createError(
  'RGW_INVALID_CURSOR',
  'the cursor is none that a list gave: take "next" of the page before, unchanged, or leave it out to begin anew',
  400,
)
export const LastAdmin = createError(
  'RGW_LAST_ADMIN',
  'nobody would be left who can give and take roles, so nothing was changed: first give somebody else the role admin, on all racks and apps and without an end',
  409,
)
export const SourceNotPermitted = createError(
  'RGW_SOURCE_NOT_PERMITTED',
  'this API token may not be used from the address that you call from: call from a network that it is for, or ask its owner for another token',
  403,
)
export const TokenEnded = createError(
  'RGW_TOKEN_ENDED',
  'this API token was revoked or has expired, so it can not be used or changed any more: make a new one',
  409,
)
export const SeveralUsers = createError(
  'RGW_SEVERAL_USERS',
  'several users have this e-mail address, each of another identity provider: name one by the id that the list of users shows',
  409,
)
export const UserLocked = createError(
  'RGW_USER_LOCKED',
  'this user is locked, so every call of theirs is refused before any policy is asked: unlock them first',
  409,
)
export const TokenChanged = createError(
  'RGW_TOKEN_CHANGED',
  'somebody else has changed this API token in the meantime, so nothing was done: look at it again, then decide',
  409,
)
export const NotFound = createError(
  'RGW_IDENTITY_NOT_FOUND',
  'there is no %s: list what exists, or create it first',
  404,
)

export const NoPublicUrl = createError(
  'RGW_NO_PUBLIC_URL',
  'a trust needs PUBLIC_URL, which is the audience of the JWTs that it lets in: set it and start the gateway again',
  409,
)
export const InvalidTrust = createError('RGW_INVALID_TRUST', '%s', 400)
export const TrustNameTaken = createError(
  'RGW_TRUST_NAME_TAKEN',
  'a trust named %s exists already: revoke it first, or choose another name',
  409,
)
export const TrustRevoked = createError(
  'RGW_TRUST_REVOKED',
  'this trust was revoked, so nothing is given to it any more: make a new one',
  409,
)
export const IssuerUnreachable = createError(
  'RGW_ISSUER_UNREACHABLE',
  'the keys of the CI system that issued this JWT can not be had now, so it can not be checked: try again in a minute',
  503,
  Error,
  false,
)
export const KeyNotKnownYet = createError<[number]>(
  'RGW_KEY_NOT_KNOWN_YET',
  'the key that this JWT is signed with is not known yet, and the CI system that issued it can be asked for new ones in %s s: try again then',
  503,
  Error,
  false,
)
export const CsrfRefused = createError('RGW_CSRF_REFUSED', '%s', 403)
export const LoginMisconfigured = createError('RGW_LOGIN_MISCONFIGURED', '%s', 500)

export const CliLoginRefused = createError('RGW_CLI_LOGIN_REFUSED', '%s', 403)
export const TooManyDeviceLogins = createError(
  'RGW_TOO_MANY_DEVICE_LOGINS',
  'too many logins that were begun %s wait for somebody to type their code: finish one of them, or try again in ten minutes',
  429,
)
export const PolledTooOften = createError(
  'RGW_POLLED_TOO_OFTEN',
  'this login is asked about too often: ask every %s seconds',
  429,
)
export const NoBrowserLogin = createError(
  'RGW_NO_BROWSER_LOGIN',
  'nobody logs in with a browser at this gateway: ask an administrator for a token, and log in with --token -',
  409,
)

/** A login of the CLI that goes no further, with the rule that says so. */
export function refusedLogin({ rule, reason }: Pick<Refusal, 'reason'> & { readonly rule: string }): FastifyError {
  return Object.assign(new CliLoginRefused(reason), { rule })
}

/** A 401 that carries the rule that refused, for the error contract and the audit log. */
export function unauthenticated(refusal: Refusal): FastifyError & Omit<Refusal, 'reason'> {
  const { rule, reason, alarm, account, detail } = refusal
  return Object.assign(new Unauthenticated(reason), {
    rule,
    ...(alarm && { alarm }),
    ...(account !== undefined && { account }),
    ...(detail !== undefined && { detail }),
  })
}

/** @param rule of the login that the user would be refused by */
export function notVouchedFor(rule: string, why: string): Error {
  return Object.assign(new NotVouchedFor(why), { rule })
}

export function providerUnreachable(): Error {
  return Object.assign(new ProviderUnreachable(), { rule: 'provider-unreachable', retryAfter: 10 })
}

export function providerUnusable(why: string): Error {
  return Object.assign(new ProviderUnusable(why), { rule: 'provider-unusable' })
}
