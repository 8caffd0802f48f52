/** Bytes that both `node:crypto` and WebCrypto accept. */
export type Bytes = Uint8Array<ArrayBuffer>

const encoder = new TextEncoder()

export function utf8(text: string): Bytes {
  return encoder.encode(text)
}

const hexOfByte = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

export function hexOf(bytes: Uint8Array): string {
  let hex = ''
  for (const byte of bytes) hex += hexOfByte[byte]
  return hex
}

/** @returns null for text that is not hex in lower case */
export function bytesOfHex(hex: string): Bytes | null {
  if (!/^(?:[0-9a-f]{2})*$/.test(hex)) return null
  const bytes = new Uint8Array(hex.length / 2)
  for (let index = 0; index < bytes.length; index++)
    bytes[index] = 16 * digitOf(hex.charCodeAt(2 * index)) + digitOf(hex.charCodeAt(2 * index + 1))
  return bytes
}

/** @param code of 0–9 or a–f */
function digitOf(code: number): number {
  return code < 0x3a ? code - 0x30 : code - 0x57
}

/** @returns null for text that is not canonical base64 */
export function bytesOfBase64(text: string): Bytes | null {
  const binary = binaryOf(text)
  // `atob` also reads text without padding, with spaces, and with unused bits.
  if (binary === null || btoa(binary) !== text) return null
  const bytes = new Uint8Array(binary.length)
  for (let index = 0; index < bytes.length; index++) bytes[index] = binary.charCodeAt(index)
  return bytes
}

function binaryOf(text: string): string | null {
  try {
    return atob(text)
  } catch {
    return null
  }
}

export function base64Of(bytes: Uint8Array): string {
  let binary = ''
  for (const byte of bytes) binary += String.fromCharCode(byte)
  return btoa(binary)
}

export function concat(...parts: readonly Uint8Array[]): Bytes {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
