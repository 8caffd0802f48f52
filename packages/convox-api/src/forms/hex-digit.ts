/** The value of a hexadecimal digit by its character code; NaN for every other character. */
export function hexDigit(code = 0): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30
  const isLetter = (code >= 0x41 && code <= 0x46) || (code >= 0x61 && code <= 0x66)
  return isLetter ? (code | 0x20) - 0x57 : Number.NaN
}
