/** The cookies of one gateway. The prefix binds them to this very host; on loopback without TLS browsers refuse it. */
export interface CookieNames {
  readonly secure: boolean
  readonly session: string
  /** Followed by the login's own name. */
  readonly login: string
}

export function cookieNames(publicUrl: string): CookieNames {
  const secure = publicUrl.startsWith('https:')
  const prefix = secure ? '__Host-' : ''
  return { secure, session: `${prefix}rack_gateway`, login: `${prefix}rack_gateway_login_` }
}

/** Every cookie that was sent, as often as it was sent. A malformed one is none. */
export function sentCookies(rawHeaders: readonly string[]): (readonly [name: string, value: string])[] {
  const cookies: [string, string][] = []
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    if (rawHeaders[index]?.toLowerCase() !== 'cookie') continue
    for (const part of (rawHeaders[index + 1] ?? '').split(';')) {
      const pair = part.replace(/^[ \t]+|[ \t]+$/g, '')
      const equals = pair.indexOf('=')
      if (equals > 0) cookies.push([pair.slice(0, equals), pair.slice(equals + 1)])
    }
  }
  return cookies
}

/** @param seconds until the browser forgets it */
export function setCookie({ secure }: CookieNames, name: string, value: string, seconds: number): string {
  return `${name}=${value}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`
}

export function clearCookie(names: CookieNames, name: string): string {
  return setCookie(names, name, '', 0)
}
