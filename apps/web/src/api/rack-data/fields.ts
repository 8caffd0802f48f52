/** Thrown by readers. `rackGet` and `rackCreate` replace it with an `UnreadableAnswer`. */
export class UnexpectedForm extends Error {}

export type Fields = Readonly<Record<string, unknown>>

/** Reads one kind of answer. Fields that it does not need can be missing, or have another form. @throws UnexpectedForm */
export type Reader<T> = (answer: unknown) => T

export function readObject(value: unknown): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new UnexpectedForm()
  return value as Fields
}

/** A reader of lists. Racks send an empty list also as `null`. */
export function listOf<T>(read: Reader<T>): Reader<readonly T[]> {
  return (value) => {
    if (value === null) return []
    if (!Array.isArray(value)) throw new UnexpectedForm()
    return value.map(read)
  }
}

/** The text of a field that identifies something, so it cannot be missing. */
export function idField(fields: Fields, name: string): string {
  const value = fields[name]
  if (typeof value !== 'string' || value === '') throw new UnexpectedForm()
  return value
}

/** Empty if the field is missing, or is not a string. */
export function textField(fields: Fields, name: string): string {
  const value = fields[name]
  return typeof value === 'string' ? value : ''
}

/** 0 if the field is missing, or is not a number. */
export function numberField(fields: Fields, name: string): number {
  const value = fields[name]
  return typeof value === 'number' && Number.isFinite(value) ? value : 0
}

/** Null if the field is missing, is not a time, or is the zero time of the rack's programming language. */
export function timeField(fields: Fields, name: string): string | null {
  const value = textField(fields, name)
  return value === '' || value.startsWith('0001-01-01T') || Number.isNaN(Date.parse(value)) ? null : value
}

/** The members of an object that are strings. Empty if the field is missing, or is not an object. */
export function textMapField(fields: Fields, name: string): Readonly<Record<string, string>> {
  const value = fields[name]
  if (typeof value !== 'object' || value === null) return {}
  return Object.fromEntries(Object.entries(value).filter(([, text]) => typeof text === 'string'))
}
