import {
  defineError,
  defineErrorWithText,
  type Explanation,
  type ExplainedError as RefusalError,
} from '@rack-gateway/errors'
import type { AuthenticationDenial } from './denial.ts'

export const Unauthenticated = defineErrorWithText('RGW_UNAUTHENTICATED', 401)
export const AuthUnavailable = defineError(
  'RGW_AUTH_UNAVAILABLE',
  'the gateway cannot reach its database to check who you are, so the request was refused:\ntry again in a moment',
  503,
)
export const LookUpTooSlow = defineError<[string | number]>(
  'RGW_LOOK_UP_TOO_SLOW',
  'the database did not answer within %s ms\ntry again in a moment',
  503,
  { reasonOnly: true },
)
export function throwLookUpTooSlow(milliseconds: number): never {
  throw new LookUpTooSlow(milliseconds)
}
export const WeakSecretKey = defineError<[string | number]>(
  'RGW_WEAK_SECRET_KEY',
  'a secret key has %s bytes, and needs at least 32:\nset APP_SECRET_KEY to the output of "openssl rand -base64 48"',
  500,
)
export const NoSecretKey = defineError(
  'RGW_NO_SECRET_KEY',
  'tokens need at least one secret key:\nset APP_SECRET_KEY',
  500,
)
export const RepeatedSecretKey = defineError(
  'RGW_REPEATED_SECRET_KEY',
  'APP_SECRET_KEY holds the same key twice:\nlist each key once, newest first',
  500,
)
export const InvalidExpiry = defineError(
  'RGW_INVALID_EXPIRY',
  'a token must end at least a second from now, and before the year 36812:\nchoose another end',
  400,
)
export const InvalidName = defineErrorWithText('RGW_INVALID_NAME', 400)
export const NameTaken = defineError<[string | number]>(
  'RGW_NAME_TAKEN',
  'a service account named %s exists already:\nchoose another name',
  409,
)
export const SessionOver = defineError('RGW_SESSION_OVER', 'this session has ended:\nrun "rack-gateway login"', 409)
export const RenewedTooOften = defineError(
  'RGW_RENEWED_TOO_OFTEN',
  'this session was renewed 20 times in a short while, so its token stays:\nuse the newest one, or end the session if that was not you',
  429,
)
export const SessionNotLonger = defineError<[string | number]>(
  'RGW_SESSION_NOT_LONGER',
  'this session is valid until %s and cannot be extended:\nrun "rack-gateway login" then',
  409,
)
export const NotVouchedFor = defineError<[string | number]>(
  'RGW_NOT_VOUCHED_FOR',
  'the identity provider %s, so all your sessions were ended:\nrun "rack-gateway login"',
  401,
)
export const ProviderUnreachable = defineError(
  'RGW_PROVIDER_UNREACHABLE',
  'the identity provider did not answer whether your account is still active, so the session was not renewed and stays valid until it expires:\ntry again in a minute',
  503,
)
export const ProviderUnusable = defineError<[string | number]>(
  'RGW_PROVIDER_UNUSABLE',
  'the identity provider sent an invalid response, so the session was not renewed and stays valid until it expires:\nif this continues, tell an administrator (%s)',
  502,
)
export const InvalidSource = defineError(
  'RGW_INVALID_SOURCE',
  'a source is an address or a network, such as 192.0.2.7, 10.0.0.0/8 or 2001:db8::/32, and IPv4 is written as IPv4:\ncorrect it or leave it out',
  400,
)
export const InvalidCursor = defineError(
  'RGW_INVALID_CURSOR',
  'the cursor is none that a list gave:\ntake "next" of the page before, unchanged, or leave it out to begin anew',
  400,
)
export const LastAdmin = defineError(
  'RGW_LAST_ADMIN',
  'no administrator would remain, so nothing was changed:\nfirst grant another user the role admin, on all racks and apps and without expiry',
  409,
)
export const SourceNotPermitted = defineError(
  'RGW_SOURCE_NOT_PERMITTED',
  'this API token may not be used from the address that you call from:\ncall from a network that it is for, or ask its owner for another token',
  403,
)
export const TokenEnded = defineError(
  'RGW_TOKEN_ENDED',
  'this API token was revoked or has expired, so it can not be used or changed any more:\nmake a new one',
  409,
)
export const SeveralUsers = defineError<[string]>(
  'RGW_SEVERAL_USERS',
  'several users have this e-mail address, each of another identity provider:\nname one with its identity provider, or by its id: %s',
  409,
)
export const UserLocked = defineError(
  'RGW_USER_LOCKED',
  'this user is locked, so the gateway denies all of the user’s requests:\nunlock the user first',
  409,
)
export const TooManyTokens = defineError<[number]>(
  'RGW_TOO_MANY_TOKENS',
  'the owner has %s API tokens that are neither revoked nor expired, which is the most that one owner may have:\nrevoke those that nobody needs',
  409,
)
export const TokenChanged = defineError(
  'RGW_TOKEN_CHANGED',
  'this API token was changed in the meantime, so nothing was done:\nread it again, then decide',
  409,
)
export const NotFound = defineError<[string | number]>(
  'RGW_IDENTITY_NOT_FOUND',
  'there is no %s:\nlist what exists, or create it first',
  404,
)

export const NoPublicUrl = defineError(
  'RGW_NO_PUBLIC_URL',
  'a trust needs PUBLIC_URL, which is the audience of the JWTs that it lets in:\nset it and start the gateway again',
  409,
)
export const InvalidTrust = defineErrorWithText('RGW_INVALID_TRUST', 400)
export const TrustNameTaken = defineError<[string | number]>(
  'RGW_TRUST_NAME_TAKEN',
  'a trust named %s exists already:\nrevoke it first, or choose another name',
  409,
)
export const TrustRevoked = defineError(
  'RGW_TRUST_REVOKED',
  'this trust was revoked, so nothing is given to it any more:\nmake a new one',
  409,
)
export const IssuerUnreachable = defineError(
  'RGW_ISSUER_UNREACHABLE',
  'the keys of the CI system that issued this JWT can not be had now, so it can not be checked:\ntry again in a minute',
  503,
  { stack: false },
)
export const KeyNotKnownYet = defineError<[number]>(
  'RGW_KEY_NOT_KNOWN_YET',
  'the key that this JWT is signed with is not known yet, and the CI system that issued it can be asked for new ones in %s s:\ntry again then',
  503,
  { stack: false },
)
export const CsrfRefused = defineErrorWithText('RGW_CSRF_REFUSED', 403)
export const LoginMisconfigured = defineErrorWithText('RGW_LOGIN_MISCONFIGURED', 500)

export const CliLoginRefused = defineErrorWithText('RGW_CLI_LOGIN_REFUSED', 403)
export const TooManyDeviceLogins = defineError<[string | number]>(
  'RGW_TOO_MANY_DEVICE_LOGINS',
  'too many logins that were begun %s wait for their code to be typed:\nfinish one of them, or try again in ten minutes',
  429,
)
export const PolledTooOften = defineError<[string | number]>(
  'RGW_POLLED_TOO_OFTEN',
  'this login is asked about too often:\nask every %s seconds',
  429,
)
export const NoBrowserLogin = defineError(
  'RGW_NO_BROWSER_LOGIN',
  'nobody logs in with a browser at this gateway:\nask an administrator for a token, and log in with --token -',
  409,
)

/** Denies a CLI login. */
export function cliLoginDenied({ rule, reason, remedy }: Explanation & { readonly rule: string }): RefusalError {
  return Object.assign(new CliLoginRefused(reason, remedy), { rule })
}

/** A 401 error with the rule of the denial, for the response and the audit log. */
export function unauthenticated(
  refusal: AuthenticationDenial,
): RefusalError & Omit<AuthenticationDenial, keyof Explanation | 'source'> {
  const { rule, reason, remedy, alarm, account, detail } = refusal
  return Object.assign(new Unauthenticated(reason, remedy), {
    rule,
    ...(alarm && { alarm }),
    ...(account !== undefined && { account }),
    ...(detail !== undefined && { detail }),
  })
}

/** @param rule the rule that would deny a login of the user */
export function notVouchedFor(rule: string, why: string): Error {
  return Object.assign(new NotVouchedFor(why), { rule })
}

export function providerUnreachable(): Error {
  return Object.assign(new ProviderUnreachable(), { rule: 'provider-unreachable', retryAfter: 10 })
}

export function providerUnusable(why: string): Error {
  return Object.assign(new ProviderUnusable(why), { rule: 'provider-unusable' })
}
