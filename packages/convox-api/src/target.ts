import { isNarrow, isQuery, isWide } from './target-characters.ts'
import { doubleSlash, maxTargetLength, notCanonical, tooLong, unsafeQuery, wrongForm } from './target-refusals.ts'
import type { CanonicalTarget, TargetRefusal } from './types.ts'

const slash = 0x2f

/**
 * Reads a request target as it stood in the request line. It is refused or kept, never folded, decoded or rebuilt:
 * `path + search` of the result is `raw`, byte for byte.
 *
 * Each segment of the path matches `[A-Za-z0-9._~!$&'()*+,=:@-]+` and is not `.` or `..`. Object keys and the server of
 * `/registries/…` may also hold `/`, `//`, and upper-case escapes of space, `"<>^`, backtick, `{|}[]` and bytes from 0x80 on.
 *
 * @param raw as Node gives it in `request.url` (latin1)
 * @returns the target, or a constant that says why not; refusing allocates nothing
 */
export function readTarget(raw: string): CanonicalTarget | TargetRefusal {
  if (raw.length > maxTargetLength) return tooLong
  if (raw.charCodeAt(0) !== slash) return wrongForm
  const mark = raw.indexOf('?')
  const end = mark === -1 ? raw.length : mark
  const start = rackPrefixLength(raw, end)
  if (raw.charCodeAt(start) === slash && raw.charCodeAt(start + 1) === slash) return doubleSlash
  const wide = wideStart(raw, start, end)
  if (wide === -1 ? !isNarrow(raw, end) : !isNarrow(raw, wide - 1) || !isWide(raw, wide, end)) return notCanonical
  if (!isQuery(raw, end)) return unsafeQuery
  // The brand has no value at run time: this is the only place that gives it.
  return { path: raw.slice(0, end), search: raw.slice(end) } as CanonicalTarget
}

export function isTargetRefusal(read: CanonicalTarget | TargetRefusal): read is TargetRefusal {
  return 'rule' in read
}

/** A target without its `/rack/<name>`. `path + search` is what is sent to the rack. */
export interface RackTarget {
  /** The name as written, also if no rack can have it (names are `[a-z0-9-]`): then it is an unknown rack, never a route. */
  readonly rack: string | null
  readonly path: string
  readonly search: string
}

/** Splits `/rack/<name>/…`. A bare `/rack/<name>` leaves the path `/`, which no route has. */
export function splitRackPrefix(target: CanonicalTarget): RackTarget {
  const { path, search } = target
  if (!path.startsWith('/rack/')) return { rack: null, path, search }
  const length = rackPrefixLength(path, path.length)
  const end = length === 0 ? path.length : length
  return { rack: path.slice('/rack/'.length, end), path: path.slice(end) || '/', search }
}

/** Where the rack's own path begins: at the slash after `/rack/<name>`, else at 0. */
function rackPrefixLength(raw: string, end: number): number {
  if (!raw.startsWith('/rack/')) return 0
  const next = raw.indexOf('/', '/rack/'.length)
  return next === -1 || next >= end ? 0 : next
}

/** Where an object key or a registry's server begins, or -1. */
function wideStart(raw: string, start: number, end: number): number {
  let from = -1
  if (raw.startsWith('/registries/', start)) from = start + '/registries/'.length
  else if (raw.startsWith('/apps/', start)) {
    const afterApp = raw.indexOf('/', start + '/apps/'.length)
    if (afterApp !== -1 && raw.startsWith('/objects/', afterApp)) from = afterApp + '/objects/'.length
  }
  return from > end ? -1 : from
}
