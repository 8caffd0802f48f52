import { containsMask } from './restore-env.ts'

/** Characters of base64, in either alphabet. Go ignores line breaks in it. */
const base64 = /^[A-Za-z0-9+/_=\r\n-]+$/

/**
 * Whether a text contains a mask, plain or in an encoding that a rack decodes: percent escapes (`parameters`), JSON
 * escapes (options of triggers), and base64 (configs).
 */
export function containsEncodedMask(text: string): boolean {
  if (containsMask(text)) return true
  if (containsMask(decodeEscapes(text))) return true
  return base64.test(text) && containsMask(Buffer.from(text.replaceAll(/[\r\n]/g, ''), 'base64').toString('latin1'))
}

function decodeEscapes(text: string): string {
  return text
    .replaceAll(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    .replaceAll(/\\u([0-9a-f]{4})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}
