import type { CanonicalTarget, TargetError } from '../routes/types.ts'
import { isAllowedQuery, isPlainPath, isRestParameter } from './target-characters.ts'
import { doubleSlash, maxTargetLength, notCanonical, tooLong, unsafeQuery, wrongForm } from './target-errors.ts'

const slash = 0x2f

/**
 * Reads the target of a request line. A target is accepted or rejected, but never normalized, decoded, or rebuilt:
 * `path + search` of the result is `raw`, byte for byte.
 *
 * Each segment of the path matches `[A-Za-z0-9._~!$&'()*+,=:@-]+` and is not `.` or `..`. Object keys and the server of
 * `/registries/…` may also contain `/`, `//`, and upper-case escapes of space, `"<>^`, backtick, `{|}[]` and bytes from
 * 0x80 on, except below the management API.
 *
 * @param raw as Node gives it in `request.url` (latin1)
 * @returns the target, or a constant that says why it was rejected
 */
export function readTarget(raw: string): CanonicalTarget | TargetError {
  if (raw.length > maxTargetLength) return tooLong
  if (raw.charCodeAt(0) !== slash) return wrongForm
  const questionMark = raw.indexOf('?')
  const end = questionMark === -1 ? raw.length : questionMark
  const start = rackPrefixLength(raw, end)
  if (raw.charCodeAt(start) === slash && raw.charCodeAt(start + 1) === slash) return doubleSlash
  const rest = restParameterStart(raw, start, end)
  if (rest === -1 ? !isPlainPath(raw, end) : !isPlainPath(raw, rest - 1) || !isRestParameter(raw, rest, end))
    return notCanonical
  if (!isAllowedQuery(raw, end)) return unsafeQuery
  // Only this function creates the branded type. The brand does not exist at run time.
  return { path: raw.slice(0, end), search: raw.slice(end) } as CanonicalTarget
}

export function isTargetError(read: CanonicalTarget | TargetError): read is TargetError {
  return 'rule' in read
}

/** A target without the prefix and the name of the rack. The gateway sends `path + search` to the rack. */
export interface RackTarget {
  /** The name as it was sent, even if it is not a valid rack name. Null without the prefix. */
  readonly rack: string | null
  readonly path: string
  readonly search: string
}

/** The prefixes before the name of a rack: in the management API, and in the rack API. */
export const rackPrefixes = ['/gateway/api/v1/racks/', '/rack/'] as const

/**
 * Splits `/rack/<name>/…` and `/gateway/api/v1/racks/<name>/…`. If nothing follows the name, the path is `/`, which
 * no route matches.
 */
export function splitRackPrefix({ path, search }: CanonicalTarget): RackTarget {
  const prefix = rackPrefixes.find((one) => path.startsWith(one))
  if (prefix === undefined) return { rack: null, path, search }
  const slash = path.indexOf('/', prefix.length)
  const end = slash === -1 ? path.length : slash
  return { rack: path.slice(prefix.length, end), path: path.slice(end) || '/', search }
}

/** The index of the slash after `/rack/<name>`, or 0 without such a prefix. */
function rackPrefixLength(raw: string, end: number): number {
  if (!raw.startsWith('/rack/')) return 0
  const next = raw.indexOf('/', '/rack/'.length)
  return next === -1 || next >= end ? 0 : next
}

/** The index at which an object key or a registry server begins, or -1. */
function restParameterStart(raw: string, start: number, end: number): number {
  let from = -1
  if (raw.startsWith('/registries/', start)) from = start + '/registries/'.length
  else if (raw.startsWith('/apps/', start)) {
    const afterApp = raw.indexOf('/', start + '/apps/'.length)
    if (afterApp !== -1 && raw.startsWith('/objects/', afterApp)) from = afterApp + '/objects/'.length
  }
  return from > end ? -1 : from
}
