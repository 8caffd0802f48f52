import { defineError, defineErrorWithText, type ExplainedError, type Explanation } from '@rack-gateway/errors'
import { userName } from '@rack-gateway/rbac-policy'
import type { AuthenticationDenial } from './denial.ts'

export const Unauthenticated = defineErrorWithText('RGW_UNAUTHENTICATED', 401)
export const AuthUnavailable = defineError('RGW_AUTH_UNAVAILABLE', 503, {
  reason: 'The gateway cannot reach its database to check your credential, so the request was denied.',
  remedy: 'Try again in a moment.',
})
export const LookUpTooSlow = defineError<[string | number]>('RGW_LOOK_UP_TOO_SLOW', 503, {
  reason: 'The database did not answer within %s ms.',
  remedy: 'Try again in a moment.',
  remedyInMessage: false,
})
export function throwLookUpTooSlow(milliseconds: number): never {
  throw new LookUpTooSlow(milliseconds)
}
export const WeakSecretKey = defineError<[string | number]>('RGW_WEAK_SECRET_KEY', 500, {
  reason: 'A secret key has %s bytes, and needs at least 32.',
  remedy: 'Set APP_SECRET_KEY to the output of "openssl rand -base64 48".',
})
export const NoSecretKey = defineError('RGW_NO_SECRET_KEY', 500, {
  reason: 'Tokens need at least one secret key.',
  remedy: 'Set APP_SECRET_KEY.',
})
export const RepeatedSecretKey = defineError('RGW_REPEATED_SECRET_KEY', 500, {
  reason: 'APP_SECRET_KEY contains the same key twice.',
  remedy: 'List each key once, the newest first.',
})
export const InvalidExpiry = defineError('RGW_INVALID_EXPIRY', 400, {
  reason:
    'The expiry must be at least a second from now, and before the year 36812, which is the limit of the token format.',
  remedy: 'Choose another expiry.',
})
export const InvalidName = defineErrorWithText('RGW_INVALID_NAME', 400)
export const NameTaken = defineError<[string | number]>('RGW_NAME_TAKEN', 409, {
  reason: 'A service account named %s already exists.',
  remedy: 'Choose another name.',
})
export const BindingExists = defineError<[id: string]>('RGW_BINDING_EXISTS', 409, {
  reason: 'The subject already has this role on the same racks and apps, with the same expiry: binding %s.',
  remedy: 'Nothing was changed. To change its expiry or its reason, delete that binding first.',
})
export const UserExists = defineError('RGW_USER_EXISTS', 409, {
  reason: 'A user with this email address has already logged in, and an invitation never changes an existing user.',
  remedy: 'Grant the user the roles with bindings.',
})
export const AlreadyInvited = defineError('RGW_ALREADY_INVITED', 409, {
  reason: 'This email address already has an open invitation.',
  remedy: 'Revoke it first, or wait until it expires.',
})
export const DomainNotAllowed = defineError<[domain: string, allowed: string]>('RGW_DOMAIN_NOT_ALLOWED', 400, {
  reason: 'Accounts of the domain %s cannot log in to this gateway.',
  remedy: 'Invite an address of one of these domains: %s.',
})
export const InvitationEnded = defineError('RGW_INVITATION_ENDED', 409, {
  reason: 'The invited person has already logged in, so the invitation cannot be revoked.',
  remedy: 'Remove the bindings of the user, or lock the user.',
})
export const SessionOver = defineError('RGW_SESSION_OVER', 409, {
  reason: 'This session has ended.',
  remedy: 'Run "rack-gateway login".',
})
export const RenewedTooOften = defineError('RGW_RENEWED_TOO_OFTEN', 429, {
  reason: 'This session was renewed 20 times in a short time, so it was not renewed again.',
  remedy: 'Use the newest token, or revoke the session if you did not renew it.',
})
export const SessionNotLonger = defineError<[string | number]>('RGW_SESSION_NOT_LONGER', 409, {
  reason: 'This session is valid until %s and cannot be extended.',
  remedy: 'Log in again when it expires: "rack-gateway login".',
})
export const IdentityNotConfirmed = defineError<[string | number]>('RGW_IDENTITY_NOT_CONFIRMED', 401, {
  reason: 'The identity provider %s, so all your sessions were ended.',
  remedy: 'Run "rack-gateway login".',
})
export const ProviderUnreachable = defineError('RGW_PROVIDER_UNREACHABLE', 503, {
  reason:
    'The gateway could not ask the identity provider whether your account is still active, so the session was not renewed. It stays valid until it expires.',
  remedy: 'Try again in ten seconds.',
})
export const ProviderUnusable = defineError<[string | number]>('RGW_PROVIDER_UNUSABLE', 502, {
  reason:
    'The identity provider sent an invalid response, so the session was not renewed. It stays valid until it expires.',
  remedy: 'If the problem persists, tell an administrator (%s).',
})
export const InvalidSource = defineError('RGW_INVALID_SOURCE', 400, {
  reason:
    'A source must be an address or a network, such as 192.0.2.7, 10.0.0.0/8, or 2001:db8::/32, and IPv4 must not be written as IPv6.',
  remedy: 'Correct it, or leave it out.',
})
export const InvalidCursor = defineError('RGW_INVALID_CURSOR', 400, {
  reason: 'The cursor is not one that a list returned.',
  remedy: 'Use "next" of the previous page unchanged, or leave the cursor out to start again.',
})
export const LastAdmin = defineError('RGW_LAST_ADMIN', 409, {
  reason: 'No administrator would remain, so nothing was changed.',
  remedy: 'First grant another user who can log in the role admin, on all racks and apps and without expiry.',
})
export const SourceNotAllowed = defineError('RGW_SOURCE_NOT_PERMITTED', 403, {
  reason: 'This API token is not valid from your address.',
  remedy: 'Use it from an allowed network, or ask its owner for another token.',
})
export const TokenEnded = defineError('RGW_TOKEN_ENDED', 409, {
  reason: 'This API token was revoked or has expired, so it can no longer be used or changed.',
  remedy: 'Create a new one.',
})
export const AmbiguousUser = defineError<[string]>('RGW_AMBIGUOUS_USER', 409, {
  reason: 'Several users have this email address, each with another account of an identity provider.',
  remedy: 'Name one with its identity provider, or by its ID: %s.',
})

interface NamedUser {
  readonly id: string
  readonly email: string
  readonly issuer: string
}

/** The response contains the users, so that a caller can name one by its ID. */
export function ambiguousUser(users: readonly NamedUser[]): ExplainedError & { readonly users: readonly NamedUser[] } {
  const named = users.map(({ id, email, issuer }) => ({ id, email, issuer }))
  return Object.assign(new AmbiguousUser(users.map(userName).join(', ')), { users: named })
}
export const UserLocked = defineError('RGW_USER_LOCKED', 409, {
  reason: 'This user is locked, so the gateway denies all of the user’s requests.',
  remedy: 'Unlock the user first.',
})
export const TooManyTokens = defineError<[number]>('RGW_TOO_MANY_TOKENS', 409, {
  reason: 'The owner has %s valid API tokens, which is the maximum for one owner.',
  remedy: 'Revoke the tokens that are no longer needed.',
})
export const TokenChanged = defineError('RGW_TOKEN_CHANGED', 409, {
  reason: 'This API token was changed in the meantime, so your change was not made.',
  remedy: 'Read the token again before you change it.',
})
export const NotFound = defineError<[string | number]>('RGW_IDENTITY_NOT_FOUND', 404, {
  reason: 'There is no %s.',
  remedy: 'List the existing ones, or create it first.',
})

/** @param noun what is missing, such as `user` */
export function noSuchItem(noun: string): Error {
  return new NotFound(`such ${noun}`)
}

export const TooManyFactors = defineError<[number]>('RGW_TOO_MANY_FACTORS', 409, {
  reason: 'You have %s second factors, which is the maximum.',
  remedy: 'Remove one that you no longer use.',
})
export const PasskeysUnavailable = defineErrorWithText('RGW_PASSKEYS_UNAVAILABLE', 409)
export const EnrollmentOver = defineError('RGW_ENROLLMENT_OVER', 409, {
  reason:
    'This session has no open enrollment with this ID. An enrollment is valid for five minutes, once, in the session that began it.',
  remedy: 'Begin again.',
})
export const InvalidFactor = defineErrorWithText('RGW_INVALID_FACTOR', 400)
export const PasskeyExists = defineError('RGW_PASSKEY_EXISTS', 409, {
  reason: 'This passkey was added already.',
  remedy: 'Use another passkey or security key.',
})
export const NoSecondFactor = defineError('RGW_NO_SECOND_FACTOR', 409, {
  reason: 'You have no second factor, so you cannot have backup codes.',
  remedy: 'Add a passkey or an authenticator app. You get backup codes with it.',
})

export const NoPublicUrl = defineError('RGW_NO_PUBLIC_URL', 409, {
  reason: 'A trust needs PUBLIC_URL, which is the audience of the JWTs that it accepts.',
  remedy: 'Set PUBLIC_URL, and start the gateway again.',
})
export const InvalidTrust = defineErrorWithText('RGW_INVALID_TRUST', 400)
export const TrustNameTaken = defineError<[string | number]>('RGW_TRUST_NAME_TAKEN', 409, {
  reason: 'A trust named %s already exists.',
  remedy: 'Revoke it first, or choose another name.',
})
export const TrustRevoked = defineError('RGW_TRUST_REVOKED', 409, {
  reason: 'This trust was revoked, so it cannot get bindings.',
  remedy: 'Create a new one.',
})
export const IssuerUnreachable = defineError('RGW_ISSUER_UNREACHABLE', 503, {
  reason: 'The gateway could not get the keys of the CI system that issued this JWT, so it cannot verify the JWT.',
  remedy: 'Try again in a minute.',
  stack: false,
})
export const KeyNotKnownYet = defineError<[number]>('RGW_KEY_NOT_KNOWN_YET', 503, {
  reason: 'The gateway does not know the key that signed this JWT, and can ask the CI system for new keys in %s s.',
  remedy: 'Try again then.',
  stack: false,
})
export const CsrfRefused = defineErrorWithText('RGW_CSRF_REFUSED', 403)
export const LoginMisconfigured = defineErrorWithText('RGW_LOGIN_MISCONFIGURED', 500)

export const CliLoginRefused = defineErrorWithText('RGW_CLI_LOGIN_REFUSED', 403)
export const TooManyDeviceLogins = defineError('RGW_TOO_MANY_DEVICE_LOGINS', 429, {
  reason: 'Too many logins from your network are waiting for their code. Each of them expires after ten minutes.',
  remedy: 'Finish one of them, or try again in a minute.',
})
export const PolledTooOften = defineError<[string | number]>('RGW_POLLED_TOO_OFTEN', 429, {
  reason: 'This login is polled too often.',
  remedy: 'Poll every %s seconds.',
})
export const NoBrowserLogin = defineError('RGW_NO_BROWSER_LOGIN', 409, {
  reason: 'This gateway has no login with a browser.',
  remedy: 'Ask an administrator for a token, and run "rack-gateway login --token -".',
})

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
  return Object.assign(new IdentityNotConfirmed(why), { rule })
}

export function providerUnreachable(): Error {
  return Object.assign(new ProviderUnreachable(), { rule: 'provider-unreachable', retryAfter: 10 })
}

export function providerUnusable(why: string): Error {
  return Object.assign(new ProviderUnusable(why), { rule: 'provider-unusable' })
}

export const StepUpEnded = defineError<[string]>('RGW_STEP_UP_ENDED', 409, {
  reason: '%s',
  remedy: 'Repeat the command, which asks for a new proof.',
})
export const StepUpMismatch = defineError('RGW_STEP_UP_MISMATCH', 403, {
  reason: 'The code, or the proof from the browser, is wrong, or belongs to another session or address.',
  remedy: 'Use a code on the machine and with the token of the denied command, or repeat the command for a new proof.',
})
export const StepUpDenied = defineError('RGW_STEP_UP_DENIED', 403, {
  reason: 'The page of this request was answered with "This was not me", so nothing was confirmed.',
  remedy: 'If this was a mistake, run the command again.',
})
export const FactorNotProved = defineErrorWithText('RGW_FACTOR_NOT_PROVED', 403)
