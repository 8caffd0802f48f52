/** What things take beside their content, in bytes, in V8 on 64 bits. */
const ofString = 20
const ofNumber = 16
const ofArray = 48
const ofObject = 24
export const ofField = 8

/** About how many bytes of memory a plain value takes. @param isElsewhere whether a field's value is weighed elsewhere */
export function weightOf(value: unknown, isElsewhere: (field: string, value: unknown) => boolean = nowhere): number {
  if (typeof value === 'string') return textWeight(value)
  if (typeof value === 'number') return ofNumber
  if (typeof value !== 'object' || value === null) return 0
  if (Array.isArray(value))
    return value.reduce((sum: number, one) => sum + ofField + weightOf(one, isElsewhere), ofArray)
  return Object.entries(value).reduce(
    (sum, [name, field]) => sum + ofField + (isElsewhere(name, field) ? 0 : weightOf(field, isElsewhere)),
    ofObject,
  )
}

const nowhere = () => false

/** One character of Latin-1 is the same string everywhere; with one beyond it, each takes two bytes. */
function textWeight(text: string): number {
  if (text.length <= 1) return 0
  return ofString + (/^[\x00-\xff]*$/.test(text) ? 1 : 2) * text.length
}
