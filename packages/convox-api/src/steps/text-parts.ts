import { type Steps, stepSize } from './steps.ts'

/** Divides a text into parts that can be encoded separately, because no part ends within a character. */
export function* textParts(text: string): Generator<string, void> {
  for (let begin = 0; begin < text.length; ) {
    let end = Math.min(begin + stepSize, text.length)
    if (end < text.length && isHighSurrogate(text.charCodeAt(end - 1))) end--
    yield text.slice(begin, end)
    begin = end
  }
}

function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff
}

/** The UTF-8 bytes of a text. */
export function* textBytesInSteps(text: string): Steps<Buffer> {
  if (text.length <= stepSize) return Buffer.from(text)
  const parts: Buffer[] = []
  for (const part of textParts(text)) {
    parts.push(Buffer.from(part))
    yield
  }
  return Buffer.concat(parts)
}
