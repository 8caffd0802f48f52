import createError from '@fastify/error'
import { defineError, type Explanation } from '@rack-gateway/errors'

const Invalid = createError<[string]>('RGW_CONFIG_INVALID', '%s')

/** The server's environment can't be used. `problems` has every one of them, a sentence each, without any secret. */
export class ConfigError extends Invalid {
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(['The configuration cannot be used:', ...problems.map((problem) => `  - ${problem}`)].join('\n'))
    this.problems = problems
  }

  get explanation(): Explanation {
    return { reason: `the configuration cannot be used: ${this.problems.join('; ')}`, remedy: 'correct what is named' }
  }
}

export const ConfigFileBroken = defineError<[string, string]>(
  'RGW_CONFIG_FILE_BROKEN',
  '%s is broken: %s. It was left as it is:\ncorrect it, or move it away and log in again',
  500,
)
export const ConfigFileUnusable = defineError<[string, string, string]>(
  'RGW_CONFIG_FILE_UNUSABLE',
  '%s cannot be %s: %s\nlook who owns it, and whether there is room',
  500,
)
export const ConfigFileForeign = defineError<[string]>(
  'RGW_CONFIG_FILE_FOREIGN',
  '%s belongs to another user, who could send your tokens elsewhere:\ntake it over with chown, or set RACK_GATEWAY_CONFIG_DIR',
  500,
)
export const ConfigDirectoryShared = defineError<[string]>(
  'RGW_CONFIG_DIRECTORY_SHARED',
  '%s is not a directory for tokens alone:\nset RACK_GATEWAY_CONFIG_DIR to a directory of its own',
  500,
)
export const ConfigFileLocked = defineError<[string, string, string]>(
  'RGW_CONFIG_FILE_LOCKED',
  '%s by another rack-gateway (%s):\ntry again, and if none is running, remove %s',
  500,
)
