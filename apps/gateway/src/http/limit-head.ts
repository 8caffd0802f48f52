import type { IncomingMessage } from 'node:http'
import { maxTargetLength } from '@rack-gateway/convox-api'
import type { FastifyInstance } from 'fastify'
import { BadFrame, HeadTooLarge, NotCanonical } from '../errors/errors.ts'

/** Stands for a target above a limit, so that no router reads it. */
export const largeTargetAddress = '/large-target'

/** With more than this number, `rawHeaders` can lack some. */
const maxHeaders = 256
/** Characters, of all `Cookie` headers together. */
const maxCookieLength = 8 * 1024
const maxCookies = 64
/** Characters. Room for 45 IPv6 addresses. */
const maxForwardedLength = 2 * 1024
const maxForwarded = 32
/** Characters. The header is a list of names, which the gateway compares with all other headers. */
const maxConnectionLength = 1024
/** Characters. */
const maxPathLength = 2 * 1024
/** The longest list of names in a query has 300. */
const maxParameters = 512

/** Node has dropped headers, which can change the meaning of the request and of the bytes after it. */
export const tooManyHeaders = new BadFrame(`The request has more than ${maxHeaders} headers.`, 'Send fewer headers.', {
  rule: 'header-count',
})
const largeCookies = new HeadTooLarge(
  `The cookies of the request are larger than ${maxCookieLength / 1024} KiB, or more than ${maxCookies}.`,
  'Delete the cookies of this site and of its parent domains.',
  { rule: 'cookie-size' },
)
const longForwarding = new HeadTooLarge(
  `X-Forwarded-For is larger than ${maxForwardedLength / 1024} KiB, or has more than ${maxForwarded} addresses.`,
  'Send the request without this header. Only your proxies must add to it.',
  { rule: 'forwarded-size' },
)
const longConnection = new HeadTooLarge(
  `The header Connection is larger than ${maxConnectionLength / 1024} KiB.`,
  'Send only the options that your client needs, such as keep-alive.',
  { rule: 'connection-size' },
)
const longTarget = new NotCanonical(
  `The request target is longer than ${maxTargetLength} bytes, or its path is longer than ${maxPathLength} bytes.`,
  'Use a shorter target.',
  { rule: 'target-too-long' },
)
const tooManyParameters = new BadFrame(
  `The query has more than ${maxParameters} parameters.`,
  'Send fewer parameters.',
  { rule: 'query-parameters' },
)

const faults: ReadonlySet<unknown> = new Set([
  tooManyHeaders,
  largeCookies,
  longForwarding,
  longConnection,
  longTarget,
  tooManyParameters,
])

export function isHeadFault(error: unknown): boolean {
  return faults.has(error)
}

/** Rejects requests whose head would take long to parse, before anything parses, hashes, or copies it. */
export function limitHead(app: FastifyInstance): void {
  // Node ignores further headers, so that they cost nothing. One more than allowed shows that there were too many.
  app.server.maxHeadersCount = maxHeaders + 1
  app.addHook('onRequest', function rejectLargeHead({ raw }, _reply, done) {
    const fault = headFault(raw)
    if (fault === null) done()
    else done(fault)
  })
}

/** The length and the separators of the target, without its content. */
export function targetFault(target: string): Error | null {
  const questionMark = target.indexOf('?')
  if (target.length > maxTargetLength || (questionMark === -1 ? target.length : questionMark) > maxPathLength)
    return longTarget
  return questionMark !== -1 && hasMoreThan(maxParameters - 1, '&', target) ? tooManyParameters : null
}

/** Also for requests that Fastify rejects before its hooks. Shortens an `X-Forwarded-For` that is too large. */
export function headFault(request: IncomingMessage): Error | null {
  const { headers } = request
  const { connection = '', cookie, 'x-forwarded-for': forwarded } = headers
  if (typeof forwarded === 'string' && isLargeList(forwarded, maxForwardedLength, ',', maxForwarded)) {
    // The nearest proxy adds the last address, for which the denial counts.
    headers['x-forwarded-for'] = forwarded.slice(forwarded.lastIndexOf(',') + 1).slice(-maxForwardedLength)
    return longForwarding
  }
  if (hasTooManyHeaders(request)) return tooManyHeaders
  if (cookie !== undefined && isLargeList(cookie, maxCookieLength, ';', maxCookies)) return largeCookies
  if (connection.length > maxConnectionLength) return longConnection
  return request.url === largeTargetAddress ? targetFault(originalTarget(request)) : null
}

export function hasTooManyHeaders({ rawHeaders }: IncomingMessage): boolean {
  return rawHeaders.length > 2 * maxHeaders
}

/** Fastify keeps the target that it rewrote. */
function originalTarget(request: IncomingMessage): string {
  return 'originalUrl' in request ? String(request.originalUrl) : (request.url ?? '')
}

function isLargeList(text: string, maxLength: number, separator: string, maxItems: number): boolean {
  return text.length > maxLength || hasMoreThan(maxItems - 1, separator, text)
}

/** Counts without splitting, and stops at the maximum. */
function hasMoreThan(max: number, separator: string, text: string): boolean {
  let count = 0
  for (let at = text.indexOf(separator); at !== -1; at = text.indexOf(separator, at + 1)) {
    count += 1
    if (count > max) return true
  }
  return false
}
