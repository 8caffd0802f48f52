/** What `rack-gateway` exits with when it isn't convox that ends it. `README.md` has them for people. */
export const exitCodes = {
  ok: 0,
  failure: 1,
  usage: 2,
  /** What was to be checked isn't as it should be: a document, a case, a rule that no case exercises. */
  checkFailed: 3,
  notLoggedIn: 4,
  /** The policy refuses the command: convox wasn't started, or `can` was asked. */
  denied: 5,
  /** `audit verify`, `audit play`: the log, or a recording, is not what was recorded. */
  tampered: 6,
  /** Nothing is known: the log could not be read to its end, or no checkpoint has signed the event yet. */
  unverified: 8,
  unreachable: 7,
  configuration: 78,
  convoxNotExecutable: 126,
  convoxMissing: 127,
  /** Ctrl-C while a login waited. */
  interrupted: 130,
} as const

const byErrorCode: ReadonlyMap<string, number> = new Map([
  ['RGW_CLI_USAGE', exitCodes.usage],
  ['RGW_CLI_NOT_LOGGED_IN', exitCodes.notLoggedIn],
  ['RGW_CLI_TOKEN_EXPIRED', exitCodes.notLoggedIn],
  ['RGW_CLI_TOKEN_REFUSED', exitCodes.notLoggedIn],
  ['RGW_CLI_LOGIN_FAILED', exitCodes.notLoggedIn],
  ['RGW_CLI_INTERRUPTED', exitCodes.interrupted],
  ['RGW_CLI_JOB_TOKEN_MISSING', exitCodes.notLoggedIn],
  ['RGW_CLI_REFUSED', exitCodes.denied],
  ['RGW_CLI_POLICY_INVALID', exitCodes.checkFailed],
  ['RGW_CLI_NOT_SIGNED', exitCodes.unverified],
  ['RGW_CLI_AUDIT_UNREADABLE', exitCodes.unverified],
  ['RGW_CLI_RECORDING_NOT_WHOLE', exitCodes.unverified],
  ['RGW_CLI_RECORDING_BROKEN', exitCodes.tampered],
  ['RGW_CLI_GATEWAY_UNREACHABLE', exitCodes.unreachable],
  ['RGW_CLI_UNKNOWN_RACK', exitCodes.configuration],
  ['RGW_CLI_BAD_SETTING', exitCodes.configuration],
  ['RGW_CLI_KEYCHAIN_UNUSABLE', exitCodes.configuration],
  ['RGW_CLI_CONVOX_NOT_EXECUTABLE', exitCodes.convoxNotExecutable],
  ['RGW_CLI_CONVOX_MISSING', exitCodes.convoxMissing],
])

/** The exit code for an error: 78 for all that `@rack-gateway/config` throws, 1 for what wasn't expected. */
export function exitCodeOf(error: unknown): number {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return byErrorCode.get(code) ?? (code.startsWith('RGW_CONFIG_') ? exitCodes.configuration : exitCodes.failure)
}

/** Whether an error is one of ours, whose message is the whole sentence for the person. */
export function isExpected(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('RGW_')
}
