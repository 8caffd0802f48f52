import createError from '@fastify/error'

export const Usage = createError<[string]>('RGW_CLI_USAGE', '%s')
export const NotLoggedIn = createError<[string]>('RGW_CLI_NOT_LOGGED_IN', '%s')
export const TokenExpired = createError<[string]>('RGW_CLI_TOKEN_EXPIRED', '%s')
export const TokenRefused = createError<[string]>('RGW_CLI_TOKEN_REFUSED', '%s')
/** A login by browser that came to nothing. */
export const LoginFailed = createError<[string]>('RGW_CLI_LOGIN_FAILED', '%s')
export const Interrupted = createError('RGW_CLI_INTERRUPTED', 'interrupted: nothing has changed')
/** A person who was asked whether to do something, and didn't say yes. */
export const NotConfirmed = createError<[string]>(
  'RGW_CLI_NOT_CONFIRMED',
  'you did not say yes, so this was not done: %s',
)
export const JobTokenMissing = createError<[string]>('RGW_CLI_JOB_TOKEN_MISSING', '%s')
export const Refused = createError<[string]>('RGW_CLI_REFUSED', '%s')
/** A proof that there is none of yet. */
export const NotSigned = createError<[string]>('RGW_CLI_NOT_SIGNED', '%s')
/** The gateway can't record what was asked for, so it isn't done; or it is done, and couldn't be recorded. */
export const AuditUnavailable = createError<[string]>('RGW_CLI_AUDIT_UNAVAILABLE', '%s')
export const AuditUnreadable = createError<[string]>('RGW_CLI_AUDIT_UNREADABLE', '%s')
/** A policy document, or a file of cases for one. */
export const PolicyInvalid = createError<[string]>('RGW_CLI_POLICY_INVALID', '%s')
/** A recording that isn't what was recorded. */
export const RecordingBroken = createError<[string]>('RGW_CLI_RECORDING_BROKEN', '%s')
/** A recording whose end is not known. */
export const RecordingNotWhole = createError<[string]>('RGW_CLI_RECORDING_NOT_WHOLE', '%s')
export const GatewayUnreachable = createError<[string]>('RGW_CLI_GATEWAY_UNREACHABLE', '%s')
/** Its certificate can't be trusted. */
export const GatewayUntrusted = createError<[string]>('RGW_CLI_GATEWAY_UNTRUSTED', '%s')
export const UnknownRack = createError<[string]>('RGW_CLI_UNKNOWN_RACK', '%s')
/** The system's keychain can't be asked. */
export const KeychainUnusable = createError<[string]>('RGW_CLI_KEYCHAIN_UNUSABLE', '%s')
export const BadSetting = createError<[string]>('RGW_CLI_BAD_SETTING', '%s')
export const ConvoxNotExecutable = createError<[string, string, string]>(
  'RGW_CLI_CONVOX_NOT_EXECUTABLE',
  '%s cannot be executed (%s): %s, or set CONVOX_BIN to another one',
)
export const ConvoxIsRackGateway = createError<[string]>(
  'RGW_CLI_CONVOX_IS_RACK_GATEWAY',
  '%s runs rack-gateway again instead of convox: set CONVOX_BIN to where the Convox CLI is',
)
export const ConvoxMissing = createError<[string]>(
  'RGW_CLI_CONVOX_MISSING',
  '%s was not found, and rack-gateway runs it for you: install the Convox CLI (https://docs.convox.com/installation/cli), or set CONVOX_BIN to where it is',
)
