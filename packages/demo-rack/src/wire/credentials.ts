import { createHash, timingSafeEqual } from 'node:crypto'
import { firstHeader, type RawHeaders } from './headers.ts'

/**
 * Any user name is valid except `jwt`. With `jwt`, the password is a token, and the demo rack accepts no tokens. Only
 * the first Authorization header counts.
 */
export function hasValidCredentials(headers: RawHeaders, token: string): boolean {
  const credentials = /^basic (.*)$/i.exec(firstHeader(headers, 'authorization') ?? '')?.[1]
  if (
    credentials === undefined ||
    !/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(credentials)
  ) {
    return false
  }
  const pair = Buffer.from(credentials, 'base64').toString('utf8')
  const colon = pair.indexOf(':')
  if (colon === -1 || pair.slice(0, colon) === 'jwt') return false
  return timingSafeEqual(digest(pair.slice(colon + 1)), digest(token))
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
