import { defineError, defineErrorWithText, type ExplainedError, type Explanation } from '@rack-gateway/errors'
import type { AuthenticationDenial } from './denial.ts'

export const Unauthenticated = defineErrorWithText('RGW_UNAUTHENTICATED', 401)
export const AuthUnavailable = defineError(
  'RGW_AUTH_UNAVAILABLE',
  'The gateway cannot reach its database to check your credential, so the request was denied.\nTry again in a moment.',
  503,
)
export const LookUpTooSlow = defineError<[string | number]>(
  'RGW_LOOK_UP_TOO_SLOW',
  'The database did not answer within %s ms.\nTry again in a moment.',
  503,
  { remedyInMessage: false },
)
export function throwLookUpTooSlow(milliseconds: number): never {
  throw new LookUpTooSlow(milliseconds)
}
export const WeakSecretKey = defineError<[string | number]>(
  'RGW_WEAK_SECRET_KEY',
  'A secret key has %s bytes, and needs at least 32.\nSet APP_SECRET_KEY to the output of "openssl rand -base64 48".',
  500,
)
export const NoSecretKey = defineError(
  'RGW_NO_SECRET_KEY',
  'Tokens need at least one secret key.\nSet APP_SECRET_KEY.',
  500,
)
export const RepeatedSecretKey = defineError(
  'RGW_REPEATED_SECRET_KEY',
  'APP_SECRET_KEY contains the same key twice.\nList each key once, the newest first.',
  500,
)
export const InvalidExpiry = defineError(
  'RGW_INVALID_EXPIRY',
  'The expiry must be at least a second from now, and before the year 36812, which is the limit of the token format.\nChoose another expiry.',
  400,
)
export const InvalidName = defineErrorWithText('RGW_INVALID_NAME', 400)
export const NameTaken = defineError<[string | number]>(
  'RGW_NAME_TAKEN',
  'A service account named %s already exists.\nChoose another name.',
  409,
)
export const UserExists = defineError(
  'RGW_USER_EXISTS',
  'A user with this email address has already logged in, and an invitation never changes an existing user.\nGrant the user the roles with bindings.',
  409,
)
export const AlreadyInvited = defineError(
  'RGW_ALREADY_INVITED',
  'This email address already has an open invitation.\nRevoke it first, or wait until it expires.',
  409,
)
export const DomainNotAllowed = defineError<[domain: string, allowed: string]>(
  'RGW_DOMAIN_NOT_ALLOWED',
  'Accounts of the domain %s cannot log in to this gateway.\nInvite an address of one of these domains: %s.',
  400,
)
export const InvitationEnded = defineError(
  'RGW_INVITATION_ENDED',
  'The invited person has already logged in, so the invitation cannot be revoked.\nRemove the bindings of the user, or lock the user.',
  409,
)
export const SessionOver = defineError('RGW_SESSION_OVER', 'This session has ended.\nRun "rack-gateway login".', 409)
export const RenewedTooOften = defineError(
  'RGW_RENEWED_TOO_OFTEN',
  'This session was renewed 20 times in a short time, so it was not renewed again.\nUse the newest token, or revoke the session if you did not renew it.',
  429,
)
export const SessionNotLonger = defineError<[string | number]>(
  'RGW_SESSION_NOT_LONGER',
  'This session is valid until %s and cannot be extended.\nLog in again when it expires: "rack-gateway login".',
  409,
)
export const NotVouchedFor = defineError<[string | number]>(
  'RGW_NOT_VOUCHED_FOR',
  'The identity provider %s, so all your sessions were ended.\nRun "rack-gateway login".',
  401,
)
export const ProviderUnreachable = defineError(
  'RGW_PROVIDER_UNREACHABLE',
  'The gateway could not ask the identity provider whether your account is still active, so the session was not renewed. It stays valid until it expires.\nTry again in ten seconds.',
  503,
)
export const ProviderUnusable = defineError<[string | number]>(
  'RGW_PROVIDER_UNUSABLE',
  'The identity provider sent an invalid response, so the session was not renewed. It stays valid until it expires.\nIf the problem persists, tell an administrator (%s).',
  502,
)
export const InvalidSource = defineError(
  'RGW_INVALID_SOURCE',
  'A source must be an address or a network, such as 192.0.2.7, 10.0.0.0/8, or 2001:db8::/32, and IPv4 must not be written as IPv6.\nCorrect it, or leave it out.',
  400,
)
export const InvalidCursor = defineError(
  'RGW_INVALID_CURSOR',
  'The cursor is not one that a list returned.\nUse "next" of the previous page unchanged, or leave the cursor out to start again.',
  400,
)
export const LastAdmin = defineError(
  'RGW_LAST_ADMIN',
  'No administrator would remain, so nothing was changed.\nFirst grant another user the role admin, on all racks and apps and without expiry.',
  409,
)
export const SourceNotPermitted = defineError(
  'RGW_SOURCE_NOT_PERMITTED',
  'This API token is not valid from your address.\nUse it from a permitted network, or ask its owner for another token.',
  403,
)
export const TokenEnded = defineError(
  'RGW_TOKEN_ENDED',
  'This API token was revoked or has expired, so it can no longer be used or changed.\nCreate a new one.',
  409,
)
export const SeveralUsers = defineError<[string]>(
  'RGW_SEVERAL_USERS',
  'Several users have this email address, each at another identity provider.\nName one with its identity provider, or by its ID: %s.',
  409,
)
export const UserLocked = defineError(
  'RGW_USER_LOCKED',
  'This user is locked, so the gateway denies all of the user’s requests.\nUnlock the user first.',
  409,
)
export const TooManyTokens = defineError<[number]>(
  'RGW_TOO_MANY_TOKENS',
  'The owner has %s valid API tokens, which is the maximum for one owner.\nRevoke the tokens that are no longer needed.',
  409,
)
export const TokenChanged = defineError(
  'RGW_TOKEN_CHANGED',
  'This API token was changed in the meantime, so your change was not made.\nRead the token again before you change it.',
  409,
)
export const NotFound = defineError<[string | number]>(
  'RGW_IDENTITY_NOT_FOUND',
  'There is no %s.\nList the existing ones, or create it first.',
  404,
)

/** @param noun what is missing, such as `user` */
export function noSuchItem(noun: string): Error {
  return new NotFound(`such ${noun}`)
}

export const TooManyFactors = defineError<[number]>(
  'RGW_TOO_MANY_FACTORS',
  'You have %s second factors, which is the maximum.\nRemove one that you no longer use.',
  409,
)
export const PasskeysUnavailable = defineErrorWithText('RGW_PASSKEYS_UNAVAILABLE', 409)
export const EnrollmentOver = defineError(
  'RGW_ENROLLMENT_OVER',
  'This session has no open enrollment with this ID. An enrollment is valid for five minutes, once, in the session that began it.\nBegin again.',
  409,
)
export const InvalidFactor = defineErrorWithText('RGW_INVALID_FACTOR', 400)
export const PasskeyExists = defineError(
  'RGW_PASSKEY_EXISTS',
  'This passkey was added already.\nUse another passkey or security key.',
  409,
)
export const NoSecondFactor = defineError(
  'RGW_NO_SECOND_FACTOR',
  'You have no second factor, so you cannot have backup codes.\nAdd a passkey or an authenticator app. You get backup codes with it.',
  409,
)

export const NoPublicUrl = defineError(
  'RGW_NO_PUBLIC_URL',
  'A trust needs PUBLIC_URL, which is the audience of the JWTs that it accepts.\nSet PUBLIC_URL, and start the gateway again.',
  409,
)
export const InvalidTrust = defineErrorWithText('RGW_INVALID_TRUST', 400)
export const TrustNameTaken = defineError<[string | number]>(
  'RGW_TRUST_NAME_TAKEN',
  'A trust named %s already exists.\nRevoke it first, or choose another name.',
  409,
)
export const TrustRevoked = defineError(
  'RGW_TRUST_REVOKED',
  'This trust was revoked, so it cannot get bindings.\nCreate a new one.',
  409,
)
export const IssuerUnreachable = defineError(
  'RGW_ISSUER_UNREACHABLE',
  'The gateway could not get the keys of the CI system that issued this JWT, so it cannot verify the JWT.\nTry again in a minute.',
  503,
  { stack: false },
)
export const KeyNotKnownYet = defineError<[number]>(
  'RGW_KEY_NOT_KNOWN_YET',
  'The gateway does not know the key that signed this JWT, and can ask the CI system for new keys in %s s.\nTry again then.',
  503,
  { stack: false },
)
export const CsrfRefused = defineErrorWithText('RGW_CSRF_REFUSED', 403)
export const LoginMisconfigured = defineErrorWithText('RGW_LOGIN_MISCONFIGURED', 500)

export const CliLoginRefused = defineErrorWithText('RGW_CLI_LOGIN_REFUSED', 403)
export const TooManyDeviceLogins = defineError(
  'RGW_TOO_MANY_DEVICE_LOGINS',
  'Too many logins from your network are waiting for their code. Each of them expires after ten minutes.\nFinish one of them, or try again in a minute.',
  429,
)
export const PolledTooOften = defineError<[string | number]>(
  'RGW_POLLED_TOO_OFTEN',
  'This login is polled too often.\nPoll every %s seconds.',
  429,
)
export const NoBrowserLogin = defineError(
  'RGW_NO_BROWSER_LOGIN',
  'This gateway has no login with a browser.\nAsk an administrator for a token, and run "rack-gateway login --token -".',
  409,
)

export function cliLoginDenied({ rule, reason, remedy }: Explanation & { readonly rule: string }): ExplainedError {
  return Object.assign(new CliLoginRefused(reason, remedy), { rule })
}

export function unauthenticated(
  denial: AuthenticationDenial,
): ExplainedError & Omit<AuthenticationDenial, keyof Explanation | 'source'> {
  const { rule, reason, remedy, alarm, account, detail } = denial
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

export const StepUpEnded = defineError<[string]>(
  'RGW_STEP_UP_ENDED',
  '%s\nRepeat the command, which asks for a new proof.',
  409,
)
export const StepUpNotHere = defineError(
  'RGW_STEP_UP_NOT_HERE',
  'The code, or the proof from the browser, is wrong, or belongs to another session or address.\nRepeat the command, which asks for a new proof.',
  403,
)
export const FactorNotProved = defineErrorWithText('RGW_FACTOR_NOT_PROVED', 403)
