import { redactTokens } from '@rack-gateway/errors/redact-tokens'
import { type DestinationStream, type Logger, pino } from 'pino'

/** Logs JSON lines to stdout. Never logs headers or queries. Redacts fields that can contain a credential, and the gateway's tokens in any text. */
export function createLog(level: string, destination?: DestinationStream): Logger {
  const options = {
    level,
    base: null,
    hooks: { streamWrite: redactTokens },
    redact: { paths: ['*.authorization', '*.token', '*.password'], censor: '[secret]' },
  }
  return destination ? pino(options, destination) : pino(options)
}
