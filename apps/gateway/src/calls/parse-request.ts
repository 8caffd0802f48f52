import type { IncomingMessage } from 'node:http'
import {
  type CanonicalTarget,
  type ConsoleCall,
  readConsoleCall,
  readStepUpCall,
  readTarget,
  type StepUpCall,
  splitRackPrefix,
  type TargetError,
} from '@rack-gateway/convox-api'
import { readHandshake } from '@rack-gateway/rack-registry'
import { hasBody } from '../http/body.ts'

/** The rack API is for programs only. The management API is also for the web console, so it accepts cookies. */
export type CalledApi = 'rack' | 'management'

/** A request that every HTTP implementation reads in the same way. No credential or name has been looked up yet. */
export interface ParsedRequest {
  readonly api: CalledApi
  /** The path as received, without the rack's prefix. The gateway sends this path to the rack. */
  readonly path: string
  readonly search: string
  /** The name of the rack in the path, or null. */
  readonly prefix: string | null
  /** The header `Rack` of console mode, or null. */
  readonly rackHeader: string | null
  /** Whether the stock CLI is in console mode: there is a header `Rack` or `Session`, or a `consoleCall`. */
  readonly isConsoleMode: boolean
  /** A call of console mode, which the gateway answers itself; null: any other call. */
  readonly consoleCall: ConsoleCall | null
  /** A call about the proof of a second factor; null: any other call. */
  readonly stepUpCall: StepUpCall | null
  /** The whole target, with the rack's prefix. */
  readonly receivedTarget: CanonicalTarget
}

export interface ParseError {
  readonly status: 400 | 403
  readonly rule: string
  readonly reason: string
  readonly remedy: string
}

const parseError = (status: 400 | 403, rule: string, reason: string, remedy: string): ParseError => ({
  status,
  rule,
  reason,
  remedy,
})

const duplicateHeader = parseError(
  400,
  'duplicate-header',
  'The request repeats a header that must be unique, so it is ambiguous.',
  'Send each header once.',
)
const unexpectedBody = parseError(
  400,
  'unexpected-body',
  'The GET or HEAD request has a body, which proxies treat inconsistently.',
  'Send it without a body.',
)
const crossSite = parseError(
  403,
  'browser-call',
  'A page in a browser called the rack API, which only programs such as convox may call.',
  'Open /gateway/ instead.',
)
const foreignOrigin = parseError(
  403,
  'browser-call',
  'The request comes from a page of another site, and pages in a browser may not call the rack API.',
  'Open /gateway/ instead.',
)
const otherSite = parseError(
  403,
  'other-site',
  'A page of another site cannot call the gateway.',
  'Open the gateway itself, or call it without a browser.',
)
const cookieOnly = parseError(
  403,
  'cookie-credential',
  'The rack API does not accept the cookie of a browser session.',
  'Use a token: RACK_URL=https://convox:<token>@<gateway>',
)
const notWebsocket = parseError(
  400,
  'upgrade',
  'The upgrade is not a valid websocket upgrade (GET, version 13, without a body).',
  'Send a websocket upgrade.',
)
const missingHost = parseError(400, 'duplicate-header', 'The request has no Host header.', 'Send one Host header.')

const websocketNotHere = parseError(
  400,
  'upgrade',
  'The management API does not support WebSockets. It sends a log as an ordinary response.',
  'Send the request without Upgrade.',
)

/** Headers that change the meaning of a request, so a request must not repeat them. */
const uniqueHeaders = new Set([
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
  'rack',
  'session',
  'step-up',
])

/**
 * Returns an error for a request that is ambiguous, or that comes from a page that must not send it.
 * Errors are constants or cached, so that many bad requests allocate little.
 */
export function parseRequest(request: IncomingMessage, received: string, api: CalledApi): ParsedRequest | ParseError {
  const upgrading = request.pendingUpgrade !== undefined
  const target = readTarget(received)
  if ('rule' in target) return parseErrors.get(target.rule) ?? cachedParseError(target)
  if (hasDuplicateHeader(request.rawHeaders)) return duplicateHeader
  if (request.headers.host === undefined) return missingHost
  const pageError = api === 'rack' ? browserError(request, upgrading) : crossSiteError(request)
  if (pageError) return pageError
  if (upgrading) {
    if (api === 'management') return websocketNotHere
    if (!readHandshake(request).ok) return notWebsocket
  } else if ((request.method === 'GET' || request.method === 'HEAD') && hasBody(request)) return unexpectedBody
  const { rack, path, search } = splitRackPrefix(target)
  const mode = api === 'rack' ? readConsoleMode(request, { path, prefix: rack, upgrading }) : notConsoleMode
  const stepUpCall = api === 'rack' && !upgrading ? readStepUpCall(request.method ?? '', path) : null
  return { api, path, search, prefix: rack, receivedTarget: target, stepUpCall, ...mode }
}

const notConsoleMode = { rackHeader: null, consoleCall: null, isConsoleMode: false } as const

type PathOfCall = Pick<ParsedRequest, 'path' | 'prefix'> & { readonly upgrading: boolean }

function readConsoleMode({ method = '', headers }: IncomingMessage, { path, prefix, upgrading }: PathOfCall) {
  const rackHeader = typeof headers.rack === 'string' ? headers.rack : null
  const hasSessionHeader = headers.session !== undefined
  const request = { method: upgrading ? 'WS' : method, path, rackHeader, hasSessionHeader }
  const consoleCall = prefix === null ? readConsoleCall(request) : null
  return { rackHeader, consoleCall, isConsoleMode: rackHeader !== null || hasSessionHeader || consoleCall !== null }
}

export function isParseError(result: ParsedRequest | ParseError): result is ParseError {
  return 'rule' in result
}

const parseErrors = new Map<string, ParseError>()

function cachedParseError({ rule, reason, remedy }: TargetError): ParseError {
  const error = parseError(400, rule, reason, remedy)
  parseErrors.set(rule, error)
  return error
}

function hasDuplicateHeader(rawHeaders: readonly string[]): boolean {
  let seen: string[] | null = null
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] ?? '').toLowerCase()
    if (!uniqueHeaders.has(name)) continue
    if (seen?.includes(name)) return true
    seen ??= []
    seen.push(name)
  }
  return false
}

function browserError(request: IncomingMessage, upgrading: boolean): ParseError | null {
  const { headers } = request
  const site = headers['sec-fetch-site']
  if (site !== undefined && site !== 'none') return crossSite
  if (headers.origin !== undefined && !(upgrading && isOwnOrigin(headers.origin, headers.host))) return foreignOrigin
  if (headers.cookie !== undefined && headers.authorization === undefined) return cookieOnly
  return null
}

/** A page of the gateway may call the management API. Authentication also checks the origin of changes. */
function crossSiteError({ headers }: IncomingMessage): ParseError | null {
  const { origin, host, 'sec-fetch-site': site } = headers
  const isOwnSite = site === undefined || site === 'none' || site === 'same-origin'
  return isOwnSite && (origin === undefined || isOwnOrigin(origin, host)) ? null : otherSite
}

/** The stock CLI sends `Origin: <scheme>://<host>` with each websocket. */
function isOwnOrigin(origin: string, host: string | undefined): boolean {
  if (host === undefined) return false
  const lower = host.toLowerCase()
  return origin.toLowerCase() === `http://${lower}` || origin.toLowerCase() === `https://${lower}`
}
