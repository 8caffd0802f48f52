import { redactTokens } from '@rack-gateway/errors/redact-tokens'
import { type DestinationStream, type Logger, type LoggerOptions, pino } from 'pino'
import { loggedError } from './logged-error.ts'

/** Redacts fields that can contain a credential, and the gateway's tokens in any text. */
export function createLog(level: string, destination?: DestinationStream): Logger {
  const options: LoggerOptions = {
    level,
    base: null,
    hooks: {
      streamWrite: redactTokens,
      // Not in a serializer, because pino can use the message of the error as the message of the line.
      logMethod([first, ...rest], method) {
        method.apply(this, [withLoggedError(first), ...rest] as Parameters<typeof method>)
      },
    },
    serializers: { err: (described: unknown) => described },
    redact: { paths: ['*.authorization', '*.token', '*.password'], censor: '[secret]' },
  }
  return destination ? pino(options, destination) : pino(options)
}

function withLoggedError(first: unknown): unknown {
  if (first instanceof Error) return { err: loggedError(first) }
  if (typeof first !== 'object' || first === null || !('err' in first) || !(first.err instanceof Error)) return first
  return { ...first, err: loggedError(first.err) }
}
