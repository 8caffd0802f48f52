import type { CanonicalTarget, TargetRefusal } from './types.ts'

/** Longest target that is read, in bytes, query included. */
export const maxTargetLength = 8192

const slash = 0x2f
const percent = 0x25
const dot = 0x2e

const tooLong: TargetRefusal = Object.freeze({
  rule: 'target-too-long',
  reason: `the request target is longer than ${maxTargetLength} bytes; use a shorter one`,
})
const wrongForm: TargetRefusal = Object.freeze({
  rule: 'target-form',
  reason: 'the request target must begin with a slash; send the path alone, without scheme and host',
})
const doubleSlash: TargetRefusal = Object.freeze({
  rule: 'leading-double-slash',
  reason: 'the path begins with two slashes; remove the slash at the end of RACK_URL',
})
const notCanonical: TargetRefusal = Object.freeze({
  rule: 'canonical-path',
  reason:
    'the path is not in canonical form, so two programs could read it differently; send it without escapes, empty or dot segments, and special characters',
})
const unsafeQuery: TargetRefusal = Object.freeze({
  rule: 'canonical-path',
  reason:
    'the query holds a character that programs read differently or rewrite; escape everything but letters, digits and the usual punctuation',
})

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
const inSegment = table(`${letters}._~!$&'()*+,=:@-`)
/**
 * The query's own set: what Go's server takes and no hop rewrites, so printable ASCII without space and `#"<>\^{|}` and backtick.
 * Escapes aren't looked into here: `readParameters` refuses the broken ones with the parameter's name.
 */
const inQuery = table(`${letters}._~!$&'()*+,=:@-;/?[]%`)
const mayBeEscaped = table(' "<>^`{|}[]')

function table(characters: string): Uint8Array {
  const flags = new Uint8Array(256)
  for (const character of characters) flags[character.charCodeAt(0)] = 1
  return flags
}

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

function isNarrow(raw: string, end: number): boolean {
  let begin = 1
  for (let at = 1; at <= end; at++) {
    const code = at === end ? slash : raw.charCodeAt(at)
    if (code === slash) {
      if (at === begin || isDots(raw, begin, at)) return false
      begin = at + 1
    } else if (code > 0xff || inSegment[code] !== 1) return false
  }
  return true
}

function isWide(raw: string, start: number, end: number): boolean {
  let begin = start
  for (let at = start; at <= end; at++) {
    const code = at === end ? slash : raw.charCodeAt(at)
    if (code === slash) {
      if (isDots(raw, begin, at)) return false
      begin = at + 1
    } else if (code === percent) {
      if (at + 2 >= end || !isPermittedEscape(raw.charCodeAt(at + 1), raw.charCodeAt(at + 2))) return false
      at += 2
    } else if (code > 0xff || inSegment[code] !== 1) return false
  }
  return true
}

function isPermittedEscape(high: number, low: number): boolean {
  const value = upperHex(high) * 16 + upperHex(low)
  return value >= 0x80 || (value >= 0 && mayBeEscaped[value] === 1)
}

/** A digit's value; far below zero for anything else, lower case included. */
function upperHex(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30
  if (code >= 0x41 && code <= 0x46) return code - 0x37
  return -4096
}

function isDots(raw: string, begin: number, end: number): boolean {
  const length = end - begin
  if (length !== 1 && length !== 2) return false
  return raw.charCodeAt(begin) === dot && raw.charCodeAt(end - 1) === dot
}

function isQuery(raw: string, end: number): boolean {
  for (let at = end; at < raw.length; at++) {
    const code = raw.charCodeAt(at)
    if (code > 0xff || inQuery[code] !== 1) return false
  }
  return true
}
