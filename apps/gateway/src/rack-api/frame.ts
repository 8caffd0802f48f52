import type { IncomingMessage } from 'node:http'
import { type CanonicalTarget, readTarget, splitRackPrefix, type TargetError } from '@rack-gateway/convox-api'
import { readHandshake } from '@rack-gateway/rack-registry'
import { hasBody } from './body.ts'

/** A request that every HTTP implementation reads in the same way. No credential or name has been looked up yet. */
export interface Framed {
  /** As received and as it will be sent, without the rack's prefix. */
  readonly path: string
  readonly search: string
  /** The name after `/rack/`, or null. */
  readonly prefix: string | null
  readonly received: CanonicalTarget
}

export interface FrameError {
  readonly status: 400 | 403
  readonly rule: string
  readonly reason: string
  readonly remedy: string
}

const refusal = (status: 400 | 403, rule: string, reason: string, remedy: string): FrameError => ({
  status,
  rule,
  reason,
  remedy,
})

const duplicateHeader = refusal(
  400,
  'duplicate-header',
  'a header that may be sent once was sent twice, so the request can be read two ways',
  'send it once',
)
const unexpectedBody = refusal(
  400,
  'unexpected-body',
  'a GET or HEAD request has a body, which proxies treat inconsistently',
  'send it without one',
)
const crossSite = refusal(
  403,
  'browser-call',
  'this address is for convox and other programs, and a page in a browser may not call it',
  'open /gateway/ instead',
)
const foreignOrigin = refusal(
  403,
  'browser-call',
  'the request has an Origin that is not this gateway, and a page in a browser may not call the rack API',
  'open /gateway/ instead',
)
const cookieOnly = refusal(
  403,
  'cookie-credential',
  'a browser session does not sign in to the rack API',
  'use a token: RACK_URL=https://convox:<token>@<gateway>',
)
const tooManyHeaders = refusal(400, 'header-count', 'the request has more than 256 headers', 'send fewer')
const notWebsocket = refusal(
  400,
  'upgrade',
  'only a websocket upgrade (GET, version 13, no body) is possible here',
  'send one',
)
const unnamedHeader = refusal(400, 'duplicate-header', 'the request has no Host header', 'send one')

const maxHeaders = 256

/** Headers that change what a request means and may be there once. */
const singletons = new Set([
  'host',
  'authorization',
  'content-type',
  'content-length',
  'transfer-encoding',
  'content-encoding',
  'origin',
  'upgrade',
  'sec-websocket-key',
  'sec-websocket-version',
  'sec-fetch-site',
  'expect',
])

/**
 * Checks the request itself: its target, duplicate headers, headers of browsers, and a body where none is allowed.
 * The errors are constants, so that a flood of bad requests allocates nothing.
 */
export function frame(request: IncomingMessage, received: string, upgrading: boolean): Framed | FrameError {
  const target = readTarget(received)
  if ('rule' in target) return refusals.get(target.rule) ?? cachedFrameError(target)
  if (request.rawHeaders.length > 2 * maxHeaders) return tooManyHeaders
  if (hasDoubledHeader(request.rawHeaders)) return duplicateHeader
  if (request.headers.host === undefined) return unnamedHeader
  const browser = browserMark(request, upgrading)
  if (browser) return browser
  if (upgrading) {
    if (!readHandshake(request).ok) return notWebsocket
  } else if ((request.method === 'GET' || request.method === 'HEAD') && hasBody(request)) return unexpectedBody
  const { rack, path, search } = splitRackPrefix(target)
  return { path, search, prefix: rack, received: target }
}

export function isFrameError(framed: Framed | FrameError): framed is FrameError {
  return 'rule' in framed
}

const refusals = new Map<string, FrameError>()

function cachedFrameError({ rule, reason, remedy }: TargetError): FrameError {
  const made = refusal(400, rule, reason, remedy)
  refusals.set(rule, made)
  return made
}

function hasDoubledHeader(rawHeaders: readonly string[]): boolean {
  let seen: string[] | null = null
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] ?? '').toLowerCase()
    if (!singletons.has(name)) continue
    if (seen?.includes(name)) return true
    seen ??= []
    seen.push(name)
  }
  return false
}

function browserMark(request: IncomingMessage, upgrading: boolean): FrameError | null {
  const { headers } = request
  const site = headers['sec-fetch-site']
  if (site !== undefined && site !== 'none') return crossSite
  if (headers.origin !== undefined && !(upgrading && isOwnOrigin(headers.origin, headers.host))) return foreignOrigin
  if (headers.cookie !== undefined && headers.authorization === undefined) return cookieOnly
  return null
}

/** The stock CLI sends `Origin: <scheme>://<host>` with each websocket. */
function isOwnOrigin(origin: string, host: string | undefined): boolean {
  if (host === undefined) return false
  const lower = host.toLowerCase()
  return origin.toLowerCase() === `http://${lower}` || origin.toLowerCase() === `https://${lower}`
}
