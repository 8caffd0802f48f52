import { type HttpMessage, headerOf } from '@rack-gateway/testing/http'
import type { Translation } from './translation.ts'

export interface ReplayTarget {
  readonly url: URL
  readonly authorization: string | null
  /** Additional headers of each request. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly translation: Translation
}

export function toCurrentRequest(
  request: HttpMessage,
  { url, authorization, headers: added, translation }: ReplayTarget,
): HttpMessage {
  const prefix = url.pathname.replace(/\/$/, '')
  const [method, target, version] = request.startLine.split(' ')
  const replaced: Record<string, string | null> = {
    host: url.host,
    authorization,
    origin: headerOf(request, 'origin') === null ? null : url.origin,
  }
  const headers = request.headers.flatMap(([name, value]): [string, string][] => {
    const replacement = replaced[name.toLowerCase()]
    if (replacement === null) return []
    return [[name, replacement ?? translation.toCurrent(value)]]
  })
  const startLine = `${method} ${prefix}${translation.toCurrent(target ?? '')} ${version}`
  return { startLine, headers: [...headers, ...added], body: translation.toCurrent(request.body) }
}
