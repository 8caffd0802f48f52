/** A line that the gateway adds to an asciicast: a marker, or the result of the verification. */
export function eventLine(code: 'm' | 'v', text: string): Buffer {
  return Buffer.from(`${JSON.stringify([0, code, text])}\n`)
}
