import createError from '@fastify/error'

const Invalid = createError<[string]>('RGW_CONFIG_INVALID', '%s')

/** The server's environment can't be used. `problems` has every one of them, a sentence each, without any secret. */
export class ConfigError extends Invalid {
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(['The configuration cannot be used:', ...problems.map((problem) => `  - ${problem}`)].join('\n'))
    this.problems = problems
  }
}

export const ConfigFileBroken = createError<[string, string]>(
  'RGW_CONFIG_FILE_BROKEN',
  '%s is broken: %s. It was left as it is: correct it, or move it away and log in again',
)
export const ConfigFileUnusable = createError<[string, string, string]>(
  'RGW_CONFIG_FILE_UNUSABLE',
  '%s cannot be %s: %s',
)
export const ConfigFileForeign = createError<[string]>(
  'RGW_CONFIG_FILE_FOREIGN',
  '%s belongs to another user, who could send your tokens elsewhere: take it over with chown, or set RACK_GATEWAY_CONFIG_DIR',
)
export const ConfigDirectoryShared = createError<[string]>(
  'RGW_CONFIG_DIRECTORY_SHARED',
  '%s is not a directory for tokens alone: set RACK_GATEWAY_CONFIG_DIR to a directory of its own',
)
export const ConfigFileLocked = createError<[string, string, string]>(
  'RGW_CONFIG_FILE_LOCKED',
  '%s is being written by another rack-gateway (%s): try again, and if none is running, remove %s',
)
