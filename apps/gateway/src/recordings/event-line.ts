/** A line of an asciicast that the gateway adds to what was recorded: a marker, or the verdict. */
export function eventLine(code: 'm' | 'v', text: string): Buffer {
  return Buffer.from(`${JSON.stringify([0, code, text])}\n`)
}
