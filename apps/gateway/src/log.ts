import { type DestinationStream, type Logger, pino } from 'pino'

/** One JSON line an event, on stdout. Headers and queries are never logged; what could still hold a credential is redacted by name. */
export function createLog(level: string, destination?: DestinationStream): Logger {
  const options = {
    level,
    base: null,
    redact: { paths: ['*.authorization', '*.token', '*.password'], censor: '[secret]' },
  }
  return destination ? pino(options, destination) : pino(options)
}
