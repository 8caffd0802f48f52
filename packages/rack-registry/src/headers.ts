/**
 * The header policy, both ways, in one place. What isn't named here doesn't reach a rack, so credentials, cookies,
 * hop-by-hop headers, `Forwarded` and its kin, actor headers and `_` look-alikes need no list of their own.
 */
import { AmbiguousHeader } from './errors.ts'

/** Forwarded on every route: canonical spelling by lower-case name. */
const always = new Map([
  ['accept', 'Accept'],
  ['content-type', 'Content-Type'],
  ['user-agent', 'User-Agent'],
  ['version', 'Version'],
])

/** Names that no route can permit: they are the gateway's own, or mean something between two hops only. */
const reserved = new Set([
  'accept-encoding',
  'authorization',
  'connection',
  'content-length',
  'convox-actor',
  'convox-tid',
  'cookie',
  'expect',
  'forwarded',
  'host',
  'keep-alive',
  'origin',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'x-convox-actor',
  'x-convox-tid',
  'x-real-ip',
])
const reservedPrefixes = ['proxy-', 'sec-', 'x-forwarded-']

const removedFromAnswers = new Set([
  // between two hops, and the length, which whoever writes the answer sets
  'connection',
  'content-length',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  // would speak for the gateway's origin in a browser
  'alt-svc',
  'clear-site-data',
  'nel',
  'report-to',
  'reporting-endpoints',
  'service-worker-allowed',
  'set-cookie',
  'set-cookie2',
  'strict-transport-security',
  // would start a login, or send the caller elsewhere with its credential
  'authentication-info',
  'location',
  'refresh',
  'www-authenticate',
  // would be obeyed by a proxy in front of the gateway
  'x-sendfile',
])
const removedPrefixes = ['access-control-', 'proxy-', 'x-accel-']

/** What `Connection` usually says: nothing about other headers. */
const nominatesNothing = /^(?:,(?:keep-alive|close))?$/i

const actorLength = 256

export interface RequestHeaderRules {
  /** The route's option headers, lower-case. A name may be given in any spelling by the caller; it is sent as it came. */
  readonly permitted: ReadonlySet<string>
  /** `identity` where the answer will be masked, so that it can be read. */
  readonly encoding: 'as-asked' | 'identity'
  /** The principal's name, for the rack's own audit. */
  readonly actor: string
}

/**
 * The headers that a rack gets for a caller's request.
 *
 * @param rawHeaders flat names and values as Node gives them (`request.rawHeaders`)
 * @returns flat names and values, each name once, values byte for byte (latin1)
 * @throws AmbiguousHeader when one that would be forwarded comes twice or is called hop-by-hop by `Connection`:
 *   a rack would read another value than the one that was judged
 */
export function requestHeaders(rawHeaders: readonly string[], rules: RequestHeaderRules): string[] {
  const headers: string[] = []
  const seen = new Set<string>()
  let connection = ''
  let encoding: string | undefined
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] ?? ''
    const value = rawHeaders[i + 1] ?? ''
    const key = name.toLowerCase()
    if (key === 'connection') connection += `,${value}`
    else if (key === 'accept-encoding') encoding ??= value
    else if (always.has(key) || isPermitted(key, rules.permitted)) {
      if (seen.has(key)) throw new AmbiguousHeader(name, 'is there more than once')
      seen.add(key)
      headers.push(always.get(key) ?? name, value)
    }
  }
  refuseNominated(connection, seen)
  if (rules.encoding === 'identity') headers.push('Accept-Encoding', 'identity')
  else if (encoding !== undefined) headers.push('Accept-Encoding', encoding)
  headers.push('Convox-Actor', actorValue(rules.actor))
  return headers
}

function isPermitted(key: string, permitted: ReadonlySet<string>): boolean {
  return permitted.has(key) && !reserved.has(key) && !reservedPrefixes.some((prefix) => key.startsWith(prefix))
}

function refuseNominated(connection: string, forwarded: ReadonlySet<string>): void {
  if (connection === '') return
  for (const token of connection.split(',')) {
    const name = token.trim()
    if (forwarded.has(name.toLowerCase())) throw new AmbiguousHeader(name, 'is named in Connection')
  }
}

/**
 * Printable ASCII, at most 256 characters; anything else becomes `?`. So does the `$` of `$(`: the rack puts the actor into the
 * environment of a build, where Kubernetes replaces `$(NAME)` with the value of another variable.
 */
export function actorValue(name: string): string {
  const printable = name
    .slice(0, actorLength)
    .replace(/[^\x20-\x7e]|\$(?=\()/g, '?')
    .trim()
  return printable === '' ? 'unnamed' : printable
}

export interface AnswerHead {
  readonly headers: readonly string[]
  /** Content-Length, or null when the answer has none. */
  readonly length: number | null
}

/** The headers of a rack's answer that may be shown to a caller: order, spelling and duplicates as the rack sent them. */
export function answerHead(raw: readonly (string | Buffer)[]): AnswerHead {
  const headers: string[] = []
  let length: number | null = null
  let connection = ''
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = latin1(raw[i])
    const key = name.toLowerCase()
    if (removedFromAnswers.has(key)) {
      if (key === 'content-length') length = contentLength(latin1(raw[i + 1]))
      else if (key === 'connection') connection += `,${latin1(raw[i + 1])}`
    } else if (!removedPrefixes.some((prefix) => key.startsWith(prefix))) {
      headers.push(name, latin1(raw[i + 1]))
    }
  }
  return { headers: nominatesNothing.test(connection) ? headers : withoutNominated(headers, connection), length }
}

function withoutNominated(headers: string[], connection: string): string[] {
  const nominated = new Set(connection.split(',').map((token) => token.trim().toLowerCase()))
  const kept: string[] = []
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const name = headers[i] ?? ''
    if (!nominated.has(name.toLowerCase())) kept.push(name, headers[i + 1] ?? '')
  }
  return kept
}

function contentLength(value: string): number | null {
  return /^\d{1,15}$/.test(value) ? Number(value) : null
}

function latin1(value: string | Buffer | undefined): string {
  if (value === undefined) return ''
  return typeof value === 'string' ? value : value.toString('latin1')
}

/** A rack's redirect must not reach the caller: the stock CLI would follow it with its credential. */
export function isRedirect(status: number): boolean {
  return status >= 300 && status < 400 && status !== 304
}
