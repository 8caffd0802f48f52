import { hexDigit } from '../forms/hex-digit.ts'
import { runToEnd, type Steps, stepSize } from '../steps/steps.ts'
import { containsMask } from './restore-env.ts'

/**
 * Whether a text contains a mask, plain or in an encoding that a rack decodes: percent escapes (`parameters`), JSON
 * escapes (options of triggers), and base64 (configs).
 */
export function containsEncodedMask(text: string): boolean {
  return runToEnd(containsEncodedMaskInSteps(text))
}

/** As `containsEncodedMask`, for long texts. */
export function* containsEncodedMaskInSteps(text: string): Steps<boolean> {
  if (containsMask(text)) return true
  if (yield* containsEscapedMask(text)) return true
  return (yield* isBase64(text)) && (yield* containsMaskInBase64(text))
}

/** The longest mask, `[rack token]`, has 12 characters: each is `\u` and 4 digits, and each of these is `%` and 2 digits. */
const longestEscapedMask = 12 * 6 * 3

/** Searches parts that overlap, so that each escaped mask is complete in one part. */
function* containsEscapedMask(text: string): Steps<boolean> {
  if (!text.includes('%') && !text.includes('\\')) return false
  for (let at = 0; at < text.length; at += stepSize) {
    if (containsMask(decodeEscapes(text.slice(at, at + stepSize + longestEscapedMask)))) return true
    yield
  }
  return false
}

/** Reused, so that a long text does not leave many buffers to collect. */
const scratch = Buffer.allocUnsafeSlow(stepSize + longestEscapedMask)

/** Decodes percent escapes, and then JSON escapes. Replaces other characters than ASCII, which no mask contains. */
function decodeEscapes(text: string): string {
  let length = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    const value = code === percentSign ? hexDigit(text.charCodeAt(at + 1)) * 16 + hexDigit(text.charCodeAt(at + 2)) : -1
    if (value >= 0) at += 2
    scratch[length++] = toAscii(value >= 0 ? value : code)
  }
  const end = decodeJsonEscapes(scratch.subarray(0, length))
  return scratch.toString('latin1', 0, end)
}

/** Decodes in place. Returns the number of remaining bytes. */
function decodeJsonEscapes(bytes: Buffer): number {
  if (!bytes.includes(backslash)) return bytes.length
  let length = 0
  for (let at = 0; at < bytes.length; at++) {
    const code = bytes[at] ?? 0
    const value = code === backslash && isLetterU(bytes[at + 1]) ? fourDigits(bytes, at + 2) : -1
    if (value >= 0) at += 5
    bytes[length++] = toAscii(value >= 0 ? value : code)
  }
  return length
}

/** NaN if one of the bytes is no digit. */
function fourDigits(bytes: Buffer, at: number): number {
  let value = 0
  for (let index = 0; index < 4; index++) value = value * 16 + hexDigit(bytes[at + index])
  return value
}

function isLetterU(code = 0): boolean {
  return (code | 0x20) === 0x75
}

function toAscii(code: number): number {
  return code < 0x80 ? code : 0xff
}

const percentSign = 0x25
const backslash = 0x5c

/** Characters of base64, in either alphabet. Go ignores line breaks in it. */
const base64 = /^[A-Za-z0-9+/_=\r\n-]+$/

function* isBase64(text: string): Steps<boolean> {
  for (let at = 0; at < text.length; at += stepSize) {
    if (!base64.test(text.slice(at, at + stepSize))) return false
    yield
  }
  return text !== ''
}

/** Padding ends the base64. */
function* containsMaskInBase64(text: string): Steps<boolean> {
  const padding = text.indexOf('=')
  const end = padding === -1 ? text.length : padding
  let undecoded = ''
  let decoded = ''
  for (let at = 0; at < end; at += stepSize) {
    undecoded += text.slice(at, Math.min(at + stepSize, end)).replaceAll(/[\r\n]/g, '')
    // Four characters encode three bytes.
    const length = at + stepSize < end ? undecoded.length - (undecoded.length % 4) : undecoded.length
    decoded = decoded.slice(-longestMask) + Buffer.from(undecoded.slice(0, length), 'base64').toString('latin1')
    if (containsMask(decoded)) return true
    undecoded = undecoded.slice(length)
    yield
  }
  return false
}

const longestMask = 12
