import type { CookieSerializeOptions } from '@fastify/cookie'

export interface GatewayCookies {
  readonly session: string
  /** Each login has its own cookie. Its name is this prefix and the name of the attempt. */
  readonly loginPrefix: string
  readonly attributes: Readonly<CookieSerializeOptions>
}

/** `__Host-` binds a cookie to its host and to TLS. Browsers refuse the prefix without TLS, also on loopback. */
export function gatewayCookies(publicUrl: string): GatewayCookies {
  const secure = publicUrl.startsWith('https:')
  const prefix = secure ? '__Host-' : ''
  return {
    session: `${prefix}rack_gateway`,
    loginPrefix: `${prefix}rack_gateway_login_`,
    attributes: { path: '/', httpOnly: true, secure, sameSite: 'lax' },
  }
}

export type SentCookie = readonly [name: string, value: string]

/** By `rawHeaders`, which is one array per request. */
const parsed = new WeakMap<readonly string[], readonly SentCookie[]>()

/**
 * All cookies of a request in order, with undecoded values. A parser that returns an object would keep only one of
 * several cookies with the same name, so the gateway could not reject the others. Parses once per request.
 */
export function sentCookies(rawHeaders: readonly string[]): readonly SentCookie[] {
  const known = parsed.get(rawHeaders)
  if (known !== undefined) return known
  const cookies: SentCookie[] = []
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? ''
    if (name.length === headerName.length && name.toLowerCase() === headerName)
      addPairs(cookies, rawHeaders[index + 1] ?? '')
  }
  parsed.set(rawHeaders, cookies)
  return cookies
}

/** The undecoded values of all cookies with the name. */
export function cookieValues(rawHeaders: readonly string[], name: string): string[] {
  return sentCookies(rawHeaders).flatMap(([sent, value]) => (sent === name ? [value] : []))
}

const headerName = 'cookie'

/** Skips pairs without `=`, as browsers and servers do. @see RFC 6265, section 5.4 */
function addPairs(cookies: SentCookie[], header: string): void {
  let begin = 0
  while (begin < header.length) {
    const semicolon = header.indexOf(';', begin)
    const end = semicolon === -1 ? header.length : semicolon
    const pair = header.slice(begin, end)
    const equals = pair.indexOf('=')
    if (equals !== -1) cookies.push([trimBlanks(pair.slice(0, equals)), trimBlanks(pair.slice(equals + 1))])
    begin = end + 1
  }
}

/** Not `trim`, which would also remove other kinds of space and so turn one name into another. */
function trimBlanks(text: string): string {
  let begin = 0
  let end = text.length
  while (begin < end && isBlank(text.charCodeAt(begin))) begin++
  while (end > begin && isBlank(text.charCodeAt(end - 1))) end--
  return text.slice(begin, end)
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09
}
