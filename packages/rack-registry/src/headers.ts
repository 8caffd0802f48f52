import { AmbiguousHeader } from './errors.ts'

/** The canonical spelling by lower-case name. */
const alwaysForwarded = new Map([
  ['accept', 'Accept'],
  ['content-type', 'Content-Type'],
  ['user-agent', 'User-Agent'],
  ['version', 'Version'],
])

/** Never forwarded: credentials, hop-by-hop headers, headers that the gateway sets, and headers about the sender. */
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
  'rack',
  'session',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'x-convox-actor',
  'x-convox-tid',
  'x-real-ip',
])
const reservedPrefixes = ['proxy-', 'sec-', 'x-forwarded-']

const removedFromResponses = new Set([
  // Hop-by-hop headers, and the length, which the sender of the response sets.
  'connection',
  'content-length',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  // In a browser, these headers would apply to the gateway's origin.
  'alt-svc',
  'clear-site-data',
  'nel',
  'report-to',
  'reporting-endpoints',
  'service-worker-allowed',
  'set-cookie',
  'set-cookie2',
  'strict-transport-security',
  // These headers would start a login, or send the caller's credential elsewhere.
  'authentication-info',
  'location',
  'refresh',
  'www-authenticate',
  // A proxy in front of the gateway would obey this header.
  'x-sendfile',
])
const removedPrefixes = ['access-control-', 'proxy-', 'x-accel-']

/** The usual values of `Connection`, which name no other headers. */
const namesNoHeaders = /^(?:,(?:keep-alive|close))?$/i

const actorLength = 256

export interface RequestHeaderRules {
  /** The route's option headers in lower case. They are sent in the caller's spelling. */
  readonly allowed: ReadonlySet<string>
  /** `identity` if the response will be masked and therefore must not be compressed. */
  readonly encoding: 'as-requested' | 'identity'
  /** The principal's name, for the rack's audit. */
  readonly actor: string
}

/**
 * @param rawHeaders alternating names and values, as in `request.rawHeaders`
 * @returns alternating names and values; each name once, and values byte for byte (latin1)
 * @throws AmbiguousHeader when a forwarded header other than Accept-Encoding was sent twice or is named in
 *   `Connection`: the rack could read another value than the gateway did
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
    else if (alwaysForwarded.has(key) || isAllowed(key, rules.allowed)) {
      if (seen.has(key)) throw new AmbiguousHeader(name, 'was sent more than once')
      seen.add(key)
      headers.push(alwaysForwarded.get(key) ?? name, value)
    }
  }
  rejectNominated(connection, seen)
  if (rules.encoding === 'identity') headers.push('Accept-Encoding', 'identity')
  else if (encoding !== undefined) headers.push('Accept-Encoding', encoding)
  headers.push('Convox-Actor', actorValue(rules.actor))
  return headers
}

function isAllowed(key: string, allowed: ReadonlySet<string>): boolean {
  return allowed.has(key) && !reserved.has(key) && !reservedPrefixes.some((prefix) => key.startsWith(prefix))
}

function rejectNominated(connection: string, forwarded: ReadonlySet<string>): void {
  if (connection === '') return
  for (const token of connection.split(',')) {
    const name = token.trim()
    if (forwarded.has(name.toLowerCase())) throw new AmbiguousHeader(name, 'is named in Connection')
  }
}

/**
 * Printable ASCII, at most 256 characters. `$(` becomes `?(`, because the rack puts the actor into the environment of a
 * build. There, Kubernetes replaces `$(NAME)` with the value of another variable.
 */
export function actorValue(name: string): string {
  const printable = name
    .slice(0, actorLength)
    .replace(/[^\x20-\x7e]|\$(?=\()/g, '?')
    .trim()
  return printable === '' ? 'unnamed' : printable
}

export interface ResponseHead {
  readonly headers: readonly string[]
  /** Content-Length; null if it is missing or is not a number of at most 15 digits. */
  readonly length: number | null
}

/** Headers keep the rack's order and spelling. Duplicates stay. */
export function responseHead(raw: readonly (string | Buffer)[]): ResponseHead {
  const headers: string[] = []
  let length: number | null = null
  let connection = ''
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = latin1(raw[i])
    const key = name.toLowerCase()
    if (removedFromResponses.has(key)) {
      if (key === 'content-length') length = contentLength(latin1(raw[i + 1]))
      else if (key === 'connection') connection += `,${latin1(raw[i + 1])}`
    } else if (!removedPrefixes.some((prefix) => key.startsWith(prefix))) {
      headers.push(name, latin1(raw[i + 1]))
    }
  }
  return { headers: namesNoHeaders.test(connection) ? headers : withoutNominated(headers, connection), length }
}

function withoutNominated(headers: string[], connection: string): string[] {
  const nominated = new Set(connection.split(',').map((token) => token.trim().toLowerCase()))
  const remaining: string[] = []
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const name = headers[i] ?? ''
    if (!nominated.has(name.toLowerCase())) remaining.push(name, headers[i + 1] ?? '')
  }
  return remaining
}

function contentLength(value: string): number | null {
  return /^\d{1,15}$/.test(value) ? Number(value) : null
}

function latin1(value: string | Buffer | undefined): string {
  if (value === undefined) return ''
  return typeof value === 'string' ? value : value.toString('latin1')
}
