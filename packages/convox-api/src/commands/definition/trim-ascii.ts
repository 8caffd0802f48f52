/**
 * Removes ASCII white space around a text. Other white space stays: HTTP does not trim it from a header, and an
 * app name with it is rejected when the calls of a command are planned.
 */
export function trimAscii(text: string): string {
  let begin = 0
  let end = text.length
  while (begin < end && isSpace(text.charCodeAt(begin))) begin++
  while (end > begin && isSpace(text.charCodeAt(end - 1))) end--
  return text.slice(begin, end)
}

function isSpace(code: number): boolean {
  return code === 0x20 || (code >= 0x09 && code <= 0x0d)
}
