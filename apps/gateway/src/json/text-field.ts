/** A field of an object; null if the value is not an object, or the field is not text. */
export function textField(value: unknown, name: string): string | null {
  if (typeof value !== 'object' || value === null) return null
  const field: unknown = Reflect.get(value, name)
  return typeof field === 'string' ? field : null
}
