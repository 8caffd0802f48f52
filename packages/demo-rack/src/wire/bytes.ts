/**
 * Decodes bytes as UTF-8, as Go does when it prints them. Node gives request targets and headers as Latin-1 strings, in
 * which each character is one byte.
 */
export function decodeUtf8(latin1: string): string {
  return Buffer.from(latin1, 'latin1').toString('utf8')
}

const hexadecimal = /^[0-9A-Fa-f]{2}$/

/** Replaces each `%XX` by its byte. @returns null for an invalid escape */
export function percentDecode(latin1: string): string | null {
  if (!latin1.includes('%')) return latin1
  let decoded = ''
  for (let at = 0; at < latin1.length; at += 1) {
    if (latin1[at] !== '%') {
      decoded += latin1[at]
      continue
    }
    const digits = latin1.slice(at + 1, at + 3)
    if (!hexadecimal.test(digits)) return null
    decoded += String.fromCharCode(Number.parseInt(digits, 16))
    at += 2
  }
  return decoded
}
