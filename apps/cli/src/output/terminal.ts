/** Foreign text without control characters and without marks that reverse or hide text, which a terminal would obey. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '\uFFFD')
}

/** A reason of the gateway, to end with the punctuation of a longer sentence. */
export function withoutPunctuation(text: string): string {
  return text.replace(/[:;,.]$/, '')
}

/** A line on stderr that the next one replaces. */
export function showStatus(line: string): void {
  if (process.stderr.isTTY === true) process.stderr.write(`\r\u001b[2K${line.slice(0, process.stderr.columns - 1)}`)
}
