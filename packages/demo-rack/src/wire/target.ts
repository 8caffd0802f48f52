import { percentDecode } from './bytes.ts'

/** A request target, parsed like the rack's HTTP server. Both parts are in Latin-1. */
export interface Target {
  /** Percent-decoded once, so that `%2f` has become a slash. */
  readonly path: string
  /** After the first `?`, undecoded. */
  readonly query: string
}

const controlBytes = /[\x00-\x20\x7f]/
const scheme = /^[A-Za-z][A-Za-z0-9+.-]*:/

/**
 * Reads a target like Go's `url.ParseRequestURI`. A fragment belongs to the path, and an absolute form loses its host.
 * Null for an invalid target, which the server answers with 400.
 */
export function readTarget(raw: string): Target | null {
  if (controlBytes.test(raw)) return null
  const [beforeQuery, query] = splitAtQuery(raw)
  const path = percentDecode(withoutAuthority(beforeQuery))
  if (path === null) return null
  if (!beforeQuery.startsWith('/') && !scheme.test(beforeQuery)) return null
  return { path, query }
}

function splitAtQuery(raw: string): [string, string] {
  const at = raw.indexOf('?')
  return at === -1 ? [raw, ''] : [raw.slice(0, at), raw.slice(at + 1)]
}

function withoutAuthority(target: string): string {
  const prefix = scheme.exec(target)?.[0]
  if (prefix === undefined) return target
  const rest = target.slice(prefix.length)
  if (!rest.startsWith('//')) return rest
  const slash = rest.indexOf('/', 2)
  return slash === -1 ? '' : rest.slice(slash)
}
