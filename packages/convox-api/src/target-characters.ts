const slash = 0x2f
const percent = 0x25
const dot = 0x2e

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
const inSegment = table(`${letters}._~!$&'()*+,=:@-`)
/**
 * The query's own set: what Go's server takes and no hop rewrites, so printable ASCII without space and `#"<>\^{|}` and backtick.
 * Escapes aren't looked into here: `readParameters` refuses the broken ones.
 */
const inQuery = table(`${letters}._~!$&'()*+,=:@-;/?[]%`)
const mayBeEscaped = table(' "<>^`{|}[]')

function table(characters: string): Uint8Array {
  const flags = new Uint8Array(256)
  for (let place = 0; place < characters.length; place++) flags[characters.charCodeAt(place)] = 1
  return flags
}

/** Whether a path up to `end` is made of plain segments, none of them empty or dots. */
export function isNarrow(raw: string, end: number): boolean {
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

/** Whether an object key or a registry's server, from `start` to `end`, is one. */
export function isWide(raw: string, start: number, end: number): boolean {
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

export function isQuery(raw: string, end: number): boolean {
  for (let at = end; at < raw.length; at++) {
    const code = raw.charCodeAt(at)
    if (code > 0xff || inQuery[code] !== 1) return false
  }
  return true
}
