import type { Explanation } from '@rack-gateway/errors'
import { AuditUnavailable, BadSetting, GatewayUnreachable, NotSigned, Refused, TokenRefused, Usage } from '../errors.ts'
import { printable } from '../output/terminal.ts'

/** What the gateway says of a refusal or failure: docs/reference/errors.md. */
export interface GatewayError extends Explanation {
  readonly code: string
  /** Empty where none is said. */
  readonly rule: string
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
  const { code, reason, remedy: next } = error
  if (status === 401) return new TokenRefused(`${origin} refused the token: ${reason}`, next)
  if (code === 'RGW_NOT_SIGNED_YET') return new NotSigned(reason, next)
  if (code.startsWith('RGW_AUDIT_') || code === 'RGW_OUTCOME_NOT_RECORDED')
    return new AuditUnavailable(`${origin}: ${reason}`, next)
  // Whoever is locked may nothing: an answer, not a question that can't be answered.
  if (status === 403 || code === 'RGW_USER_LOCKED') return new Refused(reason, next)
  if (status === 421) return new BadSetting(`${origin}: ${reason}`, next)
  if (code === 'RGW_NOT_FOUND')
    return new GatewayUnreachable(
      `${origin} has no such operation:`,
      'look whether it is of an older release: rack-gateway version',
    )
  if (status >= 400 && status < 500 && status !== 429 && (status !== 404 || code !== '')) return new Usage(reason, next)
  return new GatewayUnreachable(`${origin} could not do it: ${reason}`, next)
}

/** Whether the gateway has the operation, but not the thing that it is about. */
export function isMissing({ status, value }: Answered): boolean {
  return status === 404 && errorIn(value)?.code === 'RGW_IDENTITY_NOT_FOUND'
}

/** Null for what isn't an error of a gateway's. */
export function errorIn(value: unknown): GatewayError | null {
  if (typeof value !== 'object' || value === null || !('error' in value) || typeof value.error !== 'string') return null
  const { error, code = '', rule, reason, next } = value as { error: string } & Record<string, unknown>
  const more = isSaid(reason) && !isIn(error, reason) ? [reason, next].filter(isSaid) : []
  const named = isSaid(rule) && rule !== code && !error.includes(rule) ? [`(rule ${rule})`] : []
  const sentence = printable([error, ...more, ...named].join(' ').slice(0, longest))
  return { code: String(code), rule: isSaid(rule) ? rule : '', sentence, ...partsOf(sentence, next) }
}

/** The sentence where what to do begins in it. Older gateways don't say that. */
function partsOf(sentence: string, next: unknown): Explanation {
  const at = isSaid(next) ? sentence.toLowerCase().lastIndexOf(bare(printable(next))) : -1
  if (at > 0) return { reason: sentence.slice(0, at).trimEnd(), remedy: sentence.slice(at) }
  return { reason: sentence, remedy: `${/[.!?]$/.test(sentence) ? 'A' : 'a'}sk whoever runs the gateway` }
}

/** Whether a sentence says what another one says, which then begins with a capital letter and ends with a full stop. */
function isIn(sentence: string, other: string): boolean {
  return sentence.toLowerCase().includes(bare(other))
}

function bare(sentence: string): string {
  return sentence.toLowerCase().replace(/[.!?]$/, '')
}

function isSaid(part: unknown): part is string {
  return typeof part === 'string' && part !== ''
}

const longest = 2_000

function foreign(origin: string, status: number): Error {
  return new GatewayUnreachable(
    `${origin} answered with status ${status}, and not as a Rack Gateway does:`,
    'check the address',
  )
}
