import { type Steps, stepSize } from '../steps/steps.ts'
import { textParts } from '../steps/text-parts.ts'

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

/** Reused, because the encoded text of a part needs at most 9 bytes for each UTF-16 unit, and usually far fewer. */
const scratch = Buffer.allocUnsafeSlow(stepSize * 9)

function encode(text: string): Buffer {
  let length = 0
  for (const byte of Buffer.from(text)) {
    if (unescaped.has(byte)) scratch[length++] = byte
    else if (byte === space) scratch[length++] = plusSign
    else {
      scratch[length++] = percentSign
      scratch[length++] = hexDigits.charCodeAt(byte >> 4)
      scratch[length++] = hexDigits.charCodeAt(byte & 15)
    }
  }
  return Buffer.from(scratch.subarray(0, length))
}

const unescaped: ReadonlySet<number> = new Set(
  Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789*-._'),
)
const hexDigits = '0123456789ABCDEF'
const space = 0x20
const plusSign = 0x2b
const percentSign = 0x25
