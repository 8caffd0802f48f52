import type { Explanation } from '@rack-gateway/errors'
import {
  AlreadyExists,
  AuditUnavailable,
  BadSetting,
  Denied,
  GatewayUnreachable,
  NotSigned,
  StepUpNeeded,
  TokenRejected,
  Usage,
} from '../errors/errors.ts'
import { printable } from '../terminal/terminal.ts'
import { type GatewayResponse, unreachableError } from './gateway-request.ts'
import { explainProxyPage } from './proxy-page.ts'

/** An error response of the gateway. See docs/reference/errors.md. */
export interface GatewayError extends Explanation {
  readonly code: string
  /** Empty if the response names no rule. */
  readonly rule: string
  /** The complete text: what happened, why, the remedy, and the rule. */
  readonly sentence: string
}

interface ErrorResponse {
  readonly status: number
  readonly value: unknown
}

/** With `headers`, the error page of a proxy is recognized. */
type AnyResponse = ErrorResponse & Partial<Pick<GatewayResponse, 'headers' | 'text'>>

const stepUpCodes: ReadonlySet<string> = new Set([
  'RGW_STEP_UP_NEEDED',
  'RGW_STEP_UP_ENDED',
  'RGW_STEP_UP_MISMATCH',
  'RGW_FACTOR_NOT_PROVED',
])

/** Chooses the error of the CLI by the error code, if the code is more precise than the status. */
export function errorFromResponse(origin: string, response: AnyResponse): Error {
  const { status, value, headers, text = '' } = response
  const error = parseGatewayError(value)
  const page = error === null && headers !== undefined ? explainProxyPage({ status, headers, text }) : null
  if (page !== null) return unreachableError(origin, { ...page, untrusted: null })
  if (error === null)
    return new GatewayUnreachable(
      `${origin} does not answer like a Rack Gateway: it answered with status ${status}.`,
      'Check the address.',
    )
  const { code, reason, remedy } = error
  if (status === 401) return new TokenRejected(`${origin} rejected the token: ${reason}`, remedy)
  if (stepUpCodes.has(code)) return new StepUpNeeded(reason, remedy)
  if (code === 'RGW_NOT_SIGNED_YET') return new NotSigned(reason, remedy)
  if (code.startsWith('RGW_AUDIT_') || code === 'RGW_OUTCOME_NOT_RECORDED')
    return new AuditUnavailable(`${origin}: ${reason}`, remedy)
  // A locked user has no permissions, so `RGW_USER_LOCKED` is a denial, although its status is 409.
  if (status === 403 || code === 'RGW_USER_LOCKED') return new Denied(reason, remedy)
  if (status === 421) return new BadSetting(`${origin}: ${reason}`, remedy)
  if (code === 'RGW_NOT_FOUND')
    return new GatewayUnreachable(
      `${origin} has no such operation.`,
      'Check whether its release is older: rack-gateway version',
    )
  if (code === 'RGW_BINDING_EXISTS') return new AlreadyExists(reason, remedy)
  if (status >= 400 && status < 500 && status !== 429 && (status !== 404 || code !== ''))
    return new Usage(reason, remedy)
  return new GatewayUnreachable(`The request to ${origin} failed: ${reason}`, remedy)
}

/** Whether the resource that the request names does not exist, such as a user, a token, or a recording. */
export function isMissing({ status, value }: ErrorResponse): boolean {
  return status === 404 && parseGatewayError(value)?.code === 'RGW_IDENTITY_NOT_FOUND'
}

/** @returns null if the value is not an error of a gateway */
export function parseGatewayError(value: unknown): GatewayError | null {
  if (typeof value !== 'object' || value === null || !('error' in value) || typeof value.error !== 'string') return null
  const { error, code = '', rule, reason, next } = value as { error: string } & Record<string, unknown>
  const details = isText(reason) && !contains(error, reason) ? [reason, next].filter(isText) : []
  const ruleText = isText(rule) && rule !== code && !error.includes(rule) ? [`(rule ${rule})`] : []
  const sentence = printable([error, ...details, ...ruleText].join(' ').slice(0, maxLength))
  return { code: String(code), rule: isText(rule) ? rule : '', sentence, ...splitAtRemedy(sentence, next) }
}

/** The error of a rack has no `next`. */
function splitAtRemedy(sentence: string, next: unknown): Explanation {
  const at = isText(next) ? sentence.toLowerCase().lastIndexOf(normalize(printable(next))) : -1
  if (at > 0) return { reason: sentence.slice(0, at).trimEnd(), remedy: sentence.slice(at) }
  // After a reason without punctuation at its end, messages have a semicolon, so the remedy begins with a small letter.
  return { reason: sentence, remedy: `${/[.!?]$/.test(sentence) ? 'A' : 'a'}sk the operator of the gateway` }
}

/** Whether a text contains a sentence, apart from its capital letter and its full stop. */
function contains(text: string, sentence: string): boolean {
  return text.toLowerCase().includes(normalize(sentence))
}

function normalize(sentence: string): string {
  return sentence.toLowerCase().replace(/[.!?]$/, '')
}

function isText(part: unknown): part is string {
  return typeof part === 'string' && part !== ''
}

const maxLength = 2_000
