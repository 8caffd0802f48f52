import { AuditUnavailable, BadSetting, GatewayUnreachable, NotSigned, Refused, TokenRefused, Usage } from './errors.ts'
import { printable } from './terminal.ts'

/** What the gateway says of a refusal or failure: docs/reference/errors.md. */
export interface GatewayError {
  readonly code: string
  /** The whole sentence for a person: what happened, why and what to do, with the rule. */
  readonly sentence: string
}

interface Answered {
  readonly status: number
  readonly value: unknown
}

/**
 * The error of ours for all that a gateway answers instead of what was asked for: by its code where that says more than the
 * status, else by the status.
 */
export function refusalOf(origin: string, { status, value }: Answered): Error {
  const error = errorIn(value)
  if (error === null) return foreign(origin, status)
  const { code, sentence } = error
  if (status === 401) return new TokenRefused(`${origin} refused the token: ${sentence}`)
  if (code === 'RGW_NOT_SIGNED_YET') return new NotSigned(sentence)
  if (code.startsWith('RGW_AUDIT_') || code === 'RGW_OUTCOME_NOT_RECORDED')
    return new AuditUnavailable(`${origin}: ${sentence}`)
  // Whoever is locked may nothing: an answer, not a question that can't be answered.
  if (status === 403 || code === 'RGW_USER_LOCKED') return new Refused(sentence)
  if (status === 421) return new BadSetting(`${origin}: ${sentence}`)
  if (code === 'RGW_NOT_FOUND')
    return new GatewayUnreachable(`${origin} has no such operation: is it of an older release?`)
  if (status >= 400 && status < 500 && status !== 429 && (status !== 404 || code !== '')) return new Usage(sentence)
  return new GatewayUnreachable(`${origin} could not do it: ${sentence}`)
}

/** Null for what isn't an error of a gateway's. */
export function errorIn(value: unknown): GatewayError | null {
  if (typeof value !== 'object' || value === null || !('error' in value) || typeof value.error !== 'string') return null
  const { error: sentence, code = '', rule, reason, next } = value as { error: string } & Record<string, unknown>
  const more = isSaid(reason) && !isIn(sentence, reason) ? [reason, next].filter(isSaid) : []
  const named = isSaid(rule) && rule !== code && !sentence.includes(rule) ? [`(rule ${rule})`] : []
  return { code: String(code), sentence: printable([sentence, ...more, ...named].join(' ').slice(0, longest)) }
}

/** Whether a sentence says what another one says, which then begins with a capital letter and ends with a full stop. */
function isIn(sentence: string, other: string): boolean {
  const words = other.toLowerCase().replace(/[.!?]$/, '')
  return sentence.toLowerCase().includes(words)
}

function isSaid(part: unknown): part is string {
  return typeof part === 'string' && part !== ''
}

const longest = 2_000

function foreign(origin: string, status: number): Error {
  return new GatewayUnreachable(
    `${origin} answered with status ${status}, and not as a Rack Gateway does: check the address`,
  )
}
