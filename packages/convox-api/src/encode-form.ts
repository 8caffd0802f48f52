import type { Steps } from './steps.ts'
import { textParts } from './text-parts.ts'

/** Encodes a form, byte for byte as `URLSearchParams` does. */
export function* encodeFormInSteps(values: ReadonlyMap<string, string>): Steps<Buffer> {
  const parts: Buffer[] = []
  for (const [name, value] of values) {
    if (parts.length > 0) parts.push(Buffer.from('&'))
    for (const part of textParts(name)) parts.push(encode(part))
    parts.push(Buffer.from('='))
    for (const part of textParts(value)) {
      parts.push(encode(part))
      yield
    }
  }
  return Buffer.concat(parts)
}

function encode(text: string): Buffer {
  const bytes = Buffer.from(text)
  const encoded = Buffer.allocUnsafe(bytes.length * 3)
  let length = 0
  for (const byte of bytes) {
    if (unescaped.has(byte)) encoded[length++] = byte
    else if (byte === space) encoded[length++] = plusSign
    else {
      encoded[length++] = percentSign
      encoded[length++] = hexDigits.charCodeAt(byte >> 4)
      encoded[length++] = hexDigits.charCodeAt(byte & 15)
    }
  }
  return encoded.subarray(0, length)
}

const unescaped: ReadonlySet<number> = new Set(
  Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789*-._'),
)
const hexDigits = '0123456789ABCDEF'
const space = 0x20
const plusSign = 0x2b
const percentSign = 0x25
