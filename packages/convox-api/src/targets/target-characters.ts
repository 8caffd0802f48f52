const slash = 0x2f
const percent = 0x25
const dot = 0x2e

const lettersAndDigits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
const segmentCharacters = characterTable(`${lettersAndDigits}._~!$&'()*+,=:@-`)
/**
 * Characters of a query that Go's server accepts and no proxy rewrites: printable ASCII except for the space, the
 * backtick, and `#"<>\^{|}`. `readParameters` rejects invalid escapes.
 */
const queryCharacters = characterTable(`${lettersAndDigits}._~!$&'()*+,=:@-;/?[]%`)
const escapableCharacters = characterTable(' "<>^`{|}[]')

function characterTable(characters: string): Uint8Array {
  const flags = new Uint8Array(256)
  for (let index = 0; index < characters.length; index++) flags[characters.charCodeAt(index)] = 1
  return flags
}

/** Whether the path up to `end` consists of plain segments, none of them empty or dots. */
export function isPlainPath(raw: string, end: number): boolean {
  let begin = 1
  for (let at = 1; at <= end; at++) {
    const code = at === end ? slash : raw.charCodeAt(at)
    if (code === slash) {
      if (at === begin || isDots(raw, begin, at)) return false
      begin = at + 1
    } else if (code > 0xff || segmentCharacters[code] !== 1) return false
  }
  return true
}

/** Whether the characters from `start` to `end` are a valid object key or registry server. */
export function isRestParameter(raw: string, start: number, end: number): boolean {
  let begin = start
  for (let at = start; at <= end; at++) {
    const code = at === end ? slash : raw.charCodeAt(at)
    if (code === slash) {
      if (isDots(raw, begin, at)) return false
      begin = at + 1
    } else if (code === percent) {
      if (at + 2 >= end || !isAllowedEscape(raw.charCodeAt(at + 1), raw.charCodeAt(at + 2))) return false
      at += 2
    } else if (code > 0xff || segmentCharacters[code] !== 1) return false
  }
  return true
}

function isAllowedEscape(high: number, low: number): boolean {
  const value = upperHex(high) * 16 + upperHex(low)
  return value >= 0x80 || (value >= 0 && escapableCharacters[value] === 1)
}

/** The value of an upper-case hexadecimal digit; far below zero for any other character. */
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

export function isAllowedQuery(raw: string, start: number): boolean {
  for (let at = start; at < raw.length; at++) {
    const code = raw.charCodeAt(at)
    if (code > 0xff || queryCharacters[code] !== 1) return false
  }
  return true
}
