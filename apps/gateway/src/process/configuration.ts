import { ConfigError, readServerConfig, type ServerConfig, sanitiseEnvironment } from '@rack-gateway/config'

/** sysexits.h: something is wrong with the configuration. */
const configurationError = 78

/** The process's configuration; everything that is wrong with it is said at once, and ends the process. */
export function configurationOrExit(): ServerConfig {
  sanitiseEnvironment(process.env)
  try {
    return readServerConfig(process.env)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    console.error(error.message)
    process.exit(configurationError)
  }
}
