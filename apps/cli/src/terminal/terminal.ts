/** Replaces control characters, and format characters that reverse or hide text: they could control a terminal. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '\uFFFD')
}

/** A reason without its last punctuation, to be part of a longer sentence. */
export function withoutPunctuation(text: string): string {
  return text.replace(/[:;,.]$/, '')
}

export function showStatus(line: string): void {
  if (process.stderr.isTTY === true) process.stderr.write(`\r\u001b[2K${line.slice(0, process.stderr.columns - 1)}`)
}
