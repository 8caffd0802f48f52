import { defineError, defineErrorWithText, type ExplainedErrorClass } from '@rack-gateway/errors'

/** Nobody is answered with it: it is printed, and `exit-codes.ts` says what the command ends with. */
const status = 500

function told(
  code: `RGW_CLI_${string}`,
  options: { readonly reasonOnly?: boolean } = {},
): ExplainedErrorClass<[string, string]> {
  return defineErrorWithText(code, status, options)
}

export const Usage = told('RGW_CLI_USAGE')
export const NotLoggedIn = told('RGW_CLI_NOT_LOGGED_IN')
export const TokenExpired = told('RGW_CLI_TOKEN_EXPIRED')
export const TokenRefused = told('RGW_CLI_TOKEN_REFUSED')
/** A login by browser that came to nothing. */
export const LoginFailed = told('RGW_CLI_LOGIN_FAILED')
/** Who has stopped it themselves needs no advice. */
export const Interrupted = defineError(
  'RGW_CLI_INTERRUPTED',
  'Interrupted. Nothing has changed.\nRun the command again to do it.',
  status,
  { reasonOnly: true },
)
/** A person who was asked whether to do something, and didn't say yes. */
export const NotConfirmed = defineError<[what: string]>(
  'RGW_CLI_NOT_CONFIRMED',
  'Not confirmed, so this was not done: %s\nRun the command again and answer y, or pass --yes.',
  status,
  { reasonOnly: true },
)
export const JobTokenMissing = told('RGW_CLI_JOB_TOKEN_MISSING')
export const Refused = told('RGW_CLI_REFUSED')
/** A proof that there is none of yet. */
export const NotSigned = told('RGW_CLI_NOT_SIGNED')
/** The gateway can't record what was asked for, so it isn't done; or it is done, and couldn't be recorded. */
export const AuditUnavailable = told('RGW_CLI_AUDIT_UNAVAILABLE')
export const AuditUnreadable = told('RGW_CLI_AUDIT_UNREADABLE')
/** A policy document, or a file of cases for one. Each problem says itself what to do. */
export const PolicyInvalid = told('RGW_CLI_POLICY_INVALID', { reasonOnly: true })
/** A recording that isn't what was recorded. */
export const RecordingBroken = told('RGW_CLI_RECORDING_BROKEN')
/** A recording whose end is not known. */
export const RecordingNotWhole = told('RGW_CLI_RECORDING_NOT_WHOLE')
export const GatewayUnreachable = told('RGW_CLI_GATEWAY_UNREACHABLE')
/** Its certificate can't be trusted. */
export const GatewayUntrusted = told('RGW_CLI_GATEWAY_UNTRUSTED')
export const UnknownRack = told('RGW_CLI_UNKNOWN_RACK')
/** The system's keychain can't be asked. */
export const KeychainUnusable = told('RGW_CLI_KEYCHAIN_UNUSABLE')
export const BadSetting = told('RGW_CLI_BAD_SETTING')
export const ConvoxNotExecutable = defineError<[convox: string, code: string, repair: string]>(
  'RGW_CLI_CONVOX_NOT_EXECUTABLE',
  '%s cannot be executed (%s).\n%s, or set CONVOX_BIN to another one.',
  status,
)
export const ConvoxIsRackGateway = defineError<[convox: string]>(
  'RGW_CLI_CONVOX_IS_RACK_GATEWAY',
  '%s runs rack-gateway again instead of convox.\nSet CONVOX_BIN to the path of the Convox CLI.',
  status,
)
export const ConvoxMissing = defineError<[convox: string]>(
  'RGW_CLI_CONVOX_MISSING',
  '%s was not found, and rack-gateway needs it.\nInstall the Convox CLI (https://docs.convox.com/installation/cli), or set CONVOX_BIN to its path.',
  status,
)
