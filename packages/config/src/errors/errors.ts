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

export const ConfigFileBroken = defineError<[string, string]>('RGW_CONFIG_FILE_BROKEN', 500, {
  reason: '%s is invalid: %s. It was not changed.',
  remedy: 'Correct it, or move it away and log in again.',
})
export const ConfigFileUnusable = defineError<[string, string, string]>('RGW_CONFIG_FILE_UNUSABLE', 500, {
  reason: '%s cannot be %s: %s.',
  remedy: 'Check its owner, its permissions, and the free disk space.',
})
export const ConfigFileForeign = defineError<[string]>('RGW_CONFIG_FILE_FOREIGN', 500, {
  reason: '%s belongs to another user, who could send your tokens elsewhere.',
  remedy: 'Take it over with chown, or set RACK_GATEWAY_CONFIG_DIR.',
})
export const ConfigDirectoryShared = defineError<[string]>('RGW_CONFIG_DIRECTORY_SHARED', 500, {
  reason: '%s is also used for other files.',
  remedy: 'Set RACK_GATEWAY_CONFIG_DIR to a directory that only rack-gateway uses.',
})
export const ConfigFileLocked = defineError<[string, string, string]>('RGW_CONFIG_FILE_LOCKED', 500, {
  reason: 'Another rack-gateway (%s) holds the lock: %s.',
  remedy: 'Try again. If no rack-gateway is running, remove %s.',
})
