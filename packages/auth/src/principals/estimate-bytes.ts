/** The overhead of values in bytes, in V8 on 64-bit machines. */
const stringBytes = 20
const numberBytes = 16
const arrayBytes = 48
const objectBytes = 24
export const fieldBytes = 8

export function estimateBytes(
  value: unknown,
  isCountedElsewhere: (field: string, value: unknown) => boolean = neverElsewhere,
): number {
  if (typeof value === 'string') return textBytes(value)
  if (typeof value === 'number') return numberBytes
  if (typeof value !== 'object' || value === null) return 0
  if (Array.isArray(value))
    return value.reduce((sum: number, one) => sum + fieldBytes + estimateBytes(one, isCountedElsewhere), arrayBytes)
  return Object.entries(value).reduce(
    (sum, [name, field]) =>
      sum + fieldBytes + (isCountedElsewhere(name, field) ? 0 : estimateBytes(field, isCountedElsewhere)),
    objectBytes,
  )
}

const neverElsewhere = () => false

/** V8 shares strings of one Latin-1 character. A string with a character beyond Latin-1 takes two bytes for each. */
function textBytes(text: string): number {
  if (text.length <= 1) return 0
  return stringBytes + (/^[\x00-\xff]*$/.test(text) ? 1 : 2) * text.length
}
