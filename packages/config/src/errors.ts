import createError from '@fastify/error'
import { defineError, type Explanation } from '@rack-gateway/errors'

const Invalid = createError<[string]>('RGW_CONFIG_INVALID', '%s')

/** `problems` has one sentence for each problem, without secrets. */
export class ConfigError extends Invalid {
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(['The configuration is invalid:', ...problems.map((problem) => `  - ${problem}`)].join('\n'))
    this.problems = problems
  }

  get explanation(): Explanation {
    return { reason: `The configuration is invalid: ${this.problems.join('; ')}.`, remedy: 'Correct these settings.' }
  }
}

export const ConfigFileBroken = defineError<[string, string]>(
  'RGW_CONFIG_FILE_BROKEN',
  '%s is invalid: %s. It was not changed.\nCorrect it, or move it away and log in again.',
  500,
)
export const ConfigFileUnusable = defineError<[string, string, string]>(
  'RGW_CONFIG_FILE_UNUSABLE',
  '%s cannot be %s: %s.\nCheck its owner, its permissions, and the free disk space.',
  500,
)
export const ConfigFileForeign = defineError<[string]>(
  'RGW_CONFIG_FILE_FOREIGN',
  '%s belongs to another user, who could send your tokens elsewhere.\nTake it over with chown, or set RACK_GATEWAY_CONFIG_DIR.',
  500,
)
export const ConfigDirectoryShared = defineError<[string]>(
  'RGW_CONFIG_DIRECTORY_SHARED',
  '%s is also used for other files.\nSet RACK_GATEWAY_CONFIG_DIR to a directory that only rack-gateway uses.',
  500,
)
export const ConfigFileLocked = defineError<[string, string, string]>(
  'RGW_CONFIG_FILE_LOCKED',
  'Another rack-gateway (%s) holds the lock: %s.\nTry again. If no rack-gateway is running, remove %s.',
  500,
)
