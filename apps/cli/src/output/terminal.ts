/** Text of others without what a terminal would obey: control characters, and marks that reverse or hide text. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '\uFFFD')
}

/** A line on stderr that the next one replaces. */
export function showStatus(line: string): void {
  if (process.stderr.isTTY === true) process.stderr.write(`\r\u001b[2K${line.slice(0, process.stderr.columns - 1)}`)
}
