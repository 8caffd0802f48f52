import createError, { type FastifyError } from '@fastify/error'
import type { Refusal, RefusalRule } from './refusal.ts'

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
export const NotFound = createError(
  'RGW_IDENTITY_NOT_FOUND',
  'there is no %s: list what exists, or create it first',
  404,
)

export const CsrfRefused = createError('RGW_CSRF_REFUSED', '%s', 403)
export const LoginMisconfigured = createError('RGW_LOGIN_MISCONFIGURED', '%s', 500)

/** A 401 that carries the rule that refused, for the error contract and the audit log. */
export function unauthenticated(refusal: Refusal): FastifyError & { readonly rule: RefusalRule } {
  return Object.assign(new Unauthenticated(refusal.reason), { rule: refusal.rule })
}
