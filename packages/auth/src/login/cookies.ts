import { type CookieSerializeOptions, fastifyCookie } from '@fastify/cookie'

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

/**
 * All cookies of a request in order, with undecoded values. `request.cookies` keeps only the first of several cookies
 * with the same name, so the gateway could not reject the others.
 */
export function sentCookies(rawHeaders: readonly string[]): [name: string, value: string][] {
  const headers = rawHeaders.filter((_, index) => index % 2 === 1 && /^cookie$/i.test(rawHeaders[index - 1] ?? ''))
  const pairs = headers.flatMap((header) => header.split(';'))
  return pairs.flatMap((pair) => Object.entries(fastifyCookie.parse(pair, { decode: (value) => value })))
}
