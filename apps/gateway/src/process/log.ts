import { redactTokens } from '@rack-gateway/errors/redact-tokens'
import { type DestinationStream, type Logger, pino } from 'pino'

/** One JSON line an event, on stdout. Headers and queries are never logged; what could still hold a credential is redacted by name, and tokens of the gateway wherever they stand. */
export function createLog(level: string, destination?: DestinationStream): Logger {
  const options = {
    level,
    base: null,
    hooks: { streamWrite: redactTokens },
    redact: { paths: ['*.authorization', '*.token', '*.password'], censor: '[secret]' },
  }
  return destination ? pino(options, destination) : pino(options)
}
