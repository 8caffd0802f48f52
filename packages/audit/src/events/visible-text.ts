/**
 * Escapes text so that it is safe for a database column, a terminal, and a page. Control characters, line and direction
 * controls, and lone surrogates become `\uXXXX`. A backslash that already begins such an escape becomes `\u005c`, so
 * `unescapeVisibleText` restores the original. PostgreSQL refuses the control character NUL.
 */
export function visibleText(text: string): string {
  return harmless.test(text) ? text : text.replace(hostile, escapeUnit)
}

/** The reverse of `visibleText`. */
export function unescapeVisibleText(text: string): string {
  return text.replace(/\\u([0-9a-f]{4})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}

const harmless = /^[\x20-\x5b\x5d-\x7e]*$/
const hostile =
  /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]|\p{Surrogate}|\\(?=u[0-9a-f]{4})/gu

function escapeUnit(unit: string) {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
}

/** Most UTF-8 bytes of one UTF-16 unit. */
const maxBytesPerUnit = 3

/** The longest prefix of escaped text within `limit` UTF-8 bytes that splits neither a character nor an escape. */
export function cutText(text: string, limit: number): string {
  if (text.length * maxBytesPerUnit <= limit) return text
  const bytes = Buffer.from(text.slice(0, limit))
  if (bytes.length <= limit && text.length <= limit) return text
  let end = Math.min(limit, bytes.length)
  while (end > 0 && isContinuation(bytes[end])) end--
  return bytes.toString('utf8', 0, end).replace(/\\u?[0-9a-f]{0,3}$/, '')
}

function isContinuation(byte: number | undefined) {
  return byte !== undefined && (byte & 0xc0) === 0x80
}
