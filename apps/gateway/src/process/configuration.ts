import { ConfigError, readServerConfig, type ServerConfig, sanitizeEnvironment } from '@rack-gateway/config'

/** `EX_CONFIG` of sysexits.h: the configuration is invalid. */
const configurationError = 78

/** If the configuration is invalid, prints all its problems and exits. */
export function configurationOrExit(): ServerConfig {
  sanitizeEnvironment(process.env)
  try {
    return readServerConfig(process.env)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    console.error(error.message)
    process.exit(configurationError)
  }
}
