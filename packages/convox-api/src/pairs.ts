/** A `key=value` of a query or form, decoded as the rack decodes it. */
export interface Pair {
  readonly key: string
  readonly value: string
}

/** The text between two `&`. The rack skips `dropped` pairs silently. */
export type ReadPair =
  | (Pair & { readonly dropped: null; readonly utf8: boolean })
  | { readonly dropped: 'semicolon' | 'escape' }

/**
 * Splits URL-encoded text as Go's `url.ParseQuery` does: only at `&`, without empty pairs, with `+` as a space,
 * and without pairs that contain a `;` or an invalid escape.
 *
 * @param text bytes as latin1
 */
export function* readPairs(text: string): Generator<ReadPair> {
  let begin = 0
  while (begin <= text.length) {
    const next = text.indexOf('&', begin)
    const end = next === -1 ? text.length : next
    if (end > begin) yield readPair(text.slice(begin, end))
    begin = end + 1
  }
}

function readPair(text: string): ReadPair {
  if (text.includes(';')) return { dropped: 'semicolon' }
  const equals = text.indexOf('=')
  const key = decode(equals === -1 ? text : text.slice(0, equals))
  const value = decode(equals === -1 ? '' : text.slice(equals + 1))
  if (key === null || value === null) return { dropped: 'escape' }
  return { dropped: null, key: key.text, value: value.text, utf8: key.utf8 && value.utf8 }
}

/** The pairs of a query that the rack keeps. The leading `?` is optional. */
export function parseQuery(search: string): Pair[] {
  return keptPairs(readPairs(search.startsWith('?') ? search.slice(1) : search))
}

/** The pairs of a URL-encoded body that the rack keeps; empty for another content type. */
export function parseForm(contentType: string, body: Buffer): Pair[] {
  return mediaType(contentType) === formType ? keptPairs(readPairs(body.toString('latin1'))) : []
}

export const formType = 'application/x-www-form-urlencoded'
export const multipartType = 'multipart/form-data'

/** The media type of a Content-Type, as Go reads it: before the first `;`, trimmed of ASCII space, in lower case. */
export function mediaType(contentType: string): string {
  const semicolon = contentType.indexOf(';')
  let end = semicolon === -1 ? contentType.length : semicolon
  let begin = 0
  while (begin < end && isSpace(contentType.charCodeAt(begin))) begin++
  while (end > begin && isSpace(contentType.charCodeAt(end - 1))) end--
  return contentType.slice(begin, end).toLowerCase()
}

function isSpace(code: number): boolean {
  return code === 0x20 || (code >= 0x09 && code <= 0x0d)
}

function keptPairs(pairs: Iterable<ReadPair>): Pair[] {
  return [...pairs].flatMap((pair) => (pair.dropped === null ? [{ key: pair.key, value: pair.value }] : []))
}

/** Created on first use, because the creation takes longer than the rest of the decoding. */
let strictUtf8: InstanceType<typeof TextDecoder> | null = null

/** Null for an invalid escape. Bytes that are not UTF-8 become U+FFFD, and `utf8` is false. */
function decode(text: string): { text: string; utf8: boolean } | null {
  if (isPlain(text)) return { text, utf8: true }
  const bytes = Buffer.alloc(text.length)
  let length = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === 0x25) {
      const value = hex(text.charCodeAt(at + 1)) * 16 + hex(text.charCodeAt(at + 2))
      if (!(value >= 0)) return null
      bytes[length++] = value
      at += 2
    } else bytes[length++] = code === 0x2b ? 0x20 : code
  }
  const read = bytes.subarray(0, length)
  try {
    strictUtf8 ??= new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
    return { text: strictUtf8.decode(read), utf8: true }
  } catch {
    return { text: read.toString('utf8'), utf8: false }
  }
}

/** Whether the text needs no decoding. */
function isPlain(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === 0x25 || code === 0x2b || code >= 0x80) return false
  }
  return true
}

function hex(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30
  const lower = code | 0x20
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : Number.NaN
}
