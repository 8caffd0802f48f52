const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const chunk = 8
const chunkBase = 62n ** 8n

const digits = new Int8Array(128).fill(-1)
for (let value = 0; value < alphabet.length; value++) digits[alphabet.charCodeAt(value)] = value

/** A number below 2^53 in base 62, most significant digit first, padded with `0` to `width`. */
export function encodeNumber(value: number, width: number): string {
  let text = ''
  for (let rest = value; text.length < width; rest = Math.floor(rest / 62)) text = alphabet.charAt(rest % 62) + text
  return text
}

/** Bytes as one big-endian number in base 62, padded with `0` to `width`. */
export function encodeBytes(bytes: Uint8Array, width: number): string {
  let rest = BigInt(`0x${Buffer.from(bytes).toString('hex')}`)
  let text = ''
  for (; text.length < width; rest /= chunkBase) text = encodeNumber(Number(rest % chunkBase), chunk) + text
  return text.slice(-width)
}

/**
 * The inverse of `encodeBytes`. Null for a character outside the alphabet, or a number too large for `length` bytes.
 */
export function decodeBytes(text: string, length: number): Buffer | null {
  let number = 0n
  for (let start = 0; start < text.length; start += chunk) {
    const part = decodeNumber(text.slice(start, start + chunk))
    if (part === -1) return null
    number = number * 62n ** BigInt(Math.min(chunk, text.length - start)) + BigInt(part)
  }
  const hex = number.toString(16)
  return hex.length > length * 2 ? null : Buffer.from(hex.padStart(length * 2, '0'), 'hex')
}

function decodeNumber(text: string): number {
  let number = 0
  for (let index = 0; index < text.length; index++) {
    const digit = digits[text.charCodeAt(index)] ?? -1
    if (digit === -1) return -1
    number = number * 62 + digit
  }
  return number
}
