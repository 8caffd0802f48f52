/** The exit codes of rack-gateway itself. If convox ran, rack-gateway exits with the code of convox. */
export const exitCodes = {
  ok: 0,
  failure: 1,
  usage: 2,
  checkFailed: 3,
  notLoggedIn: 4,
  denied: 5,
  stepUpNeeded: 6,
  unreachable: 7,
  auditUnavailable: 8,
  configuration: 78,
  convoxNotExecutable: 126,
  convoxMissing: 127,
  interrupted: 130,
  pipeClosed: 141,
} as const

/** The meaning of each exit code, for the reference and the manual. */
export const exitMeanings: Readonly<Record<keyof typeof exitCodes, string>> = {
  ok: 'done',
  failure: 'an unexpected failure; in doctor, problems of several kinds',
  usage: 'the command line is not valid, the request cannot be fulfilled, or no rack is chosen among several',
  checkFailed:
    'a check failed: a policy document, a test case, a rule without a case (--strict), the claims of a job, the audit log, a proof, or a recording',
  notLoggedIn: 'not logged in, or the token is missing, expired, or rejected',
  denied:
    'the policy denies the call: before convox starts, as the result of "rack-gateway can", or at the gateway; or the access request of "rack-gateway request --wait" is not approved',
  stepUpNeeded:
    'the call needs a proof of your second factor, and there is none: there is no terminal to ask at, the proof failed, or you have no second factor; or "rack-gateway can" answers that the call needs a proof',
  unreachable: 'the gateway cannot be reached or trusted, is too busy, fails, or is not a Rack Gateway',
  auditUnavailable:
    'the audit log is unavailable: the gateway cannot record the call, the log or a recording cannot be read to its end, or no checkpoint covers the event yet',
  configuration:
    'the configuration is not valid: a broken file, an unknown rack, an unusable setting, or an unusable keychain',
  convoxNotExecutable: 'convox cannot be executed',
  convoxMissing: 'convox is missing, or the program named convox is rack-gateway',
  interrupted: 'Ctrl-C, or a confirmation that was not answered with yes',
  pipeClosed: 'the program that reads the output has ended, such as head',
}

const byErrorCode: ReadonlyMap<string, number> = new Map([
  ['RGW_CLI_USAGE', exitCodes.usage],
  ['RGW_CLI_ALREADY_EXISTS', exitCodes.usage],
  ['RGW_CLI_NOT_LOGGED_IN', exitCodes.notLoggedIn],
  ['RGW_CLI_TOKEN_EXPIRED', exitCodes.notLoggedIn],
  ['RGW_CLI_TOKEN_REFUSED', exitCodes.notLoggedIn],
  ['RGW_CLI_LOGIN_FAILED', exitCodes.notLoggedIn],
  ['RGW_CLI_INTERRUPTED', exitCodes.interrupted],
  ['RGW_CLI_NOT_CONFIRMED', exitCodes.interrupted],
  ['RGW_CLI_JOB_TOKEN_MISSING', exitCodes.notLoggedIn],
  ['RGW_CLI_REFUSED', exitCodes.denied],
  ['RGW_CLI_STEP_UP_NEEDED', exitCodes.stepUpNeeded],
  ['RGW_CLI_POLICY_INVALID', exitCodes.checkFailed],
  ['RGW_CLI_RECORDING_BROKEN', exitCodes.checkFailed],
  ['RGW_CLI_AUDIT_UNAVAILABLE', exitCodes.auditUnavailable],
  ['RGW_CLI_NOT_SIGNED', exitCodes.auditUnavailable],
  ['RGW_CLI_AUDIT_UNREADABLE', exitCodes.auditUnavailable],
  ['RGW_CLI_RECORDING_NOT_WHOLE', exitCodes.auditUnavailable],
  ['RGW_CLI_GATEWAY_UNREACHABLE', exitCodes.unreachable],
  ['RGW_CLI_GATEWAY_UNTRUSTED', exitCodes.unreachable],
  ['RGW_CLI_UNKNOWN_RACK', exitCodes.configuration],
  ['RGW_CLI_BAD_SETTING', exitCodes.configuration],
  ['RGW_CLI_KEYCHAIN_UNUSABLE', exitCodes.configuration],
  ['RGW_CLI_CONVOX_NOT_EXECUTABLE', exitCodes.convoxNotExecutable],
  ['RGW_CLI_CONVOX_MISSING', exitCodes.convoxMissing],
  ['RGW_CLI_CONVOX_IS_RACK_GATEWAY', exitCodes.convoxMissing],
])

/** The exit code for an error: 78 for the errors of `@rack-gateway/config`, and 1 for unexpected errors. */
export function exitCodeOf(error: unknown): number {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return byErrorCode.get(code) ?? (code.startsWith('RGW_CONFIG_') ? exitCodes.configuration : exitCodes.failure)
}

/** Whether an error is one of ours, whose message is written for the user. */
export function isExpected(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('RGW_')
}
