import { explanationOf } from '@rack-gateway/errors'
import { exitCodeOf, exitCodes } from '../output/exit-codes.ts'

/** What is looked at, in the order in which it is said. */
export const checkNames = [
  'config',
  'dns',
  'tls',
  'clock',
  'gateway',
  'versions',
  'token',
  'convox',
  'rack-password',
] as const
export type CheckName = (typeof checkNames)[number]

/** What a check found. */
export type Finding =
  | { readonly status: 'ok'; readonly says: string }
  | { readonly status: 'warning'; readonly says: string; readonly next: string | null }
  /** `exit`: the exit code, where it is the only problem. */
  | { readonly status: 'problem'; readonly says: string; readonly next: string | null; readonly exit: number }

export type NamedFinding = Finding & { readonly check: CheckName }

export function ok(says: string): Finding {
  return { status: 'ok', says }
}

/** @param next what to do; null where `says` has it, or nothing is to be done */
export function warning(says: string, next: string | null): Finding {
  return { status: 'warning', says, next }
}

export function problem(says: string, next: string | null, exit: number = exitCodes.failure): Finding {
  return { status: 'problem', says, next, exit }
}

/** What an error of ours says is wrong, and what it says to do. */
export function refusal(error: Error): Finding {
  const { reason, remedy: next } = explanationOf(error) ?? { reason: error.message, remedy: null }
  return problem(reason.replace(/[:;,]$/, ''), next, exitCodeOf(error))
}

export const noGateway = warning('not checked: no gateway is known', null)
