import { defineError, defineErrorWithText, type ExplainedErrorClass } from '@rack-gateway/errors'

/** Required by the factory, but not used: errors are printed, and `exit-codes.ts` has the exit codes. */
const status = 500

function defineCliError(
  code: `RGW_CLI_${string}`,
  options: { readonly remedyInMessage?: boolean } = {},
): ExplainedErrorClass<[string, string]> {
  return defineErrorWithText(code, status, options)
}

export const Usage = defineCliError('RGW_CLI_USAGE')
/** A command would create what exists already. */
export const AlreadyExists = defineCliError('RGW_CLI_ALREADY_EXISTS')
export const NotLoggedIn = defineCliError('RGW_CLI_NOT_LOGGED_IN')
export const TokenExpired = defineCliError('RGW_CLI_TOKEN_EXPIRED')
export const TokenRejected = defineCliError('RGW_CLI_TOKEN_REFUSED')
/** A login with a browser failed. */
export const LoginFailed = defineCliError('RGW_CLI_LOGIN_FAILED')
/** The printed message omits the remedy, because the user has stopped the command. */
export const Interrupted = defineError('RGW_CLI_INTERRUPTED', status, {
  reason: 'Interrupted. Nothing has changed.',
  remedy: 'Run the command again.',
  remedyInMessage: false,
})
export const NotConfirmed = defineError<[what: string]>('RGW_CLI_NOT_CONFIRMED', status, {
  reason: 'Not confirmed, so this was not done: %s',
  remedy: 'Run the command again and answer y, or pass --yes.',
  remedyInMessage: false,
})
export const JobTokenMissing = defineCliError('RGW_CLI_JOB_TOKEN_MISSING')
export const Denied = defineCliError('RGW_CLI_REFUSED')
/** A call needs a proof of a second factor, and no proof was given. */
export const StepUpNeeded = defineCliError('RGW_CLI_STEP_UP_NEEDED')
/** No checkpoint signs the event yet. */
export const NotSigned = defineCliError('RGW_CLI_NOT_SIGNED')
/** The gateway cannot record the request or its result. */
export const AuditUnavailable = defineCliError('RGW_CLI_AUDIT_UNAVAILABLE')
export const AuditUnreadable = defineCliError('RGW_CLI_AUDIT_UNREADABLE')
/** A policy document or a file of cases is not valid. Each problem contains its remedy. */
export const PolicyInvalid = defineCliError('RGW_CLI_POLICY_INVALID', { remedyInMessage: false })
/** A part of a recording is missing or was changed. */
export const RecordingBroken = defineCliError('RGW_CLI_RECORDING_BROKEN')
/** A recording is incomplete, or not proven. */
export const RecordingNotWhole = defineCliError('RGW_CLI_RECORDING_NOT_WHOLE')
export const GatewayUnreachable = defineCliError('RGW_CLI_GATEWAY_UNREACHABLE')
/** The certificate of the gateway cannot be trusted. */
export const GatewayUntrusted = defineCliError('RGW_CLI_GATEWAY_UNTRUSTED')
export const UnknownRack = defineCliError('RGW_CLI_UNKNOWN_RACK')
/** The keychain cannot be used. Each keychain gives the reason as a clause. `stored-token.ts` puts it in a sentence. */
export const KeychainUnusable = defineCliError('RGW_CLI_KEYCHAIN_UNUSABLE')
export const BadSetting = defineCliError('RGW_CLI_BAD_SETTING')
export const ConvoxNotExecutable = defineError<[convox: string, code: string, repair: string]>(
  'RGW_CLI_CONVOX_NOT_EXECUTABLE',
  status,
  {
    reason: '%s cannot be executed (%s).',
    remedy: '%s, or set CONVOX_BIN to another path.',
  },
)
export const ConvoxIsRackGateway = defineError<[convox: string]>('RGW_CLI_CONVOX_IS_RACK_GATEWAY', status, {
  reason: '%s runs rack-gateway again instead of convox.',
  remedy: 'Set CONVOX_BIN to the path of the Convox CLI.',
})
export const ConvoxMissing = defineError<[convox: string]>('RGW_CLI_CONVOX_MISSING', status, {
  reason: '%s was not found, and rack-gateway needs it.',
  remedy: 'Install the Convox CLI (https://docs.convox.com/installation/cli), or set CONVOX_BIN to its path.',
})
