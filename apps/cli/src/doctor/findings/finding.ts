import { asSentences, explanationOf } from '@rack-gateway/errors'
import { exitCodeOf, exitCodes } from '../../errors/exit-codes.ts'

/** The checks, in the order of the output. */
export const checkNames = [
  'config',
  'dns',
  'tls',
  'clock',
  'gateway',
  'host',
  'address',
  'websocket',
  'upload',
  'timeout',
  'versions',
  'token',
  'rack',
  'convox',
  'rack-password',
] as const
export type CheckName = (typeof checkNames)[number]

/** The result of a check. */
export type Finding =
  | { readonly status: 'ok'; readonly says: string }
  | { readonly status: 'warning'; readonly says: string; readonly next: string | null }
  /** `exit` is the exit code of the command if all problems have the same exit code. Otherwise, the exit code is 1. */
  | { readonly status: 'problem'; readonly says: string; readonly next: string | null; readonly exit: number }

export type NamedFinding = Finding & { readonly check: CheckName }

export function ok(says: string): Finding {
  return { status: 'ok', says }
}

/** @param next the remedy; null if there is nothing to do, or if `says` contains it */
export function warning(says: string, next: string | null): Finding {
  return { status: 'warning', says, next }
}

export function problem(says: string, next: string | null, exit: number = exitCodes.failure): Finding {
  return { status: 'problem', says, next, exit }
}

export function problemFrom(error: Error): Finding {
  const explanation = explanationOf(error)
  if (explanation === null) return problem(error.message, null, exitCodeOf(error))
  const { reason, remedy } = asSentences(explanation)
  return problem(reason, remedy, exitCodeOf(error))
}

export const noGateway = warning('Not checked: no gateway is configured.', null)
