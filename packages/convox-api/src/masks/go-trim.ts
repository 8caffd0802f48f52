/**
 * Trims as Go's strings.TrimSpace does. JavaScript's trim keeps U+0085 and removes U+FEFF, so the gateway would read
 * other keys than the rack.
 */
export function goTrim(text: string): string {
  let begin = 0
  let end = text.length
  while (begin < end && isGoSpace(text.charCodeAt(begin))) begin++
  while (end > begin && isGoSpace(text.charCodeAt(end - 1))) end--
  return text.slice(begin, end)
}

function isGoSpace(code: number): boolean {
  if (code <= 0x20) return code === 0x20 || (code >= 0x09 && code <= 0x0d)
  if (code < 0x80) return false
  if (code >= 0x2000 && code <= 0x200a) return true
  return wideSpaces.has(code)
}

const wideSpaces = new Set([0x85, 0xa0, 0x1680, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000])
