/**
 * The response of a rack does not have the expected structure. Thrown by readers. `rackGet` and `postToRack` replace it
 * with an `UnreadableResponse`.
 */
export class UnexpectedStructure extends Error {}

export type Fields = Readonly<Record<string, unknown>>

/** @throws UnexpectedStructure if a required part of the response is missing or has another type */
export type Reader<T> = (response: unknown) => T

export function readObject(value: unknown): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new UnexpectedStructure()
  return value as Fields
}

/** Racks can send an empty list as `null`. */
export function listOf<T>(read: Reader<T>): Reader<readonly T[]> {
  return (value) => {
    if (value === null) return []
    if (!Array.isArray(value)) throw new UnexpectedStructure()
    return value.map(read)
  }
}

/** @throws UnexpectedStructure if the field is missing, empty, or not a string */
export function idField(fields: Fields, name: string): string {
  const value = fields[name]
  if (typeof value !== 'string' || value === '') throw new UnexpectedStructure()
  return value
}

/** Empty if the field is missing, or is not a string. */
export function textField(fields: Fields, name: string): string {
  const value = fields[name]
  return typeof value === 'string' ? value : ''
}

/** Several fields as `textField` reads them. */
export function textFields<N extends string>(fields: Fields, ...names: readonly N[]): Readonly<Record<N, string>> {
  return Object.fromEntries(names.map((name) => [name, textField(fields, name)])) as Record<N, string>
}

/** 0 if the field is missing, or is not a number. */
export function numberField(fields: Fields, name: string): number {
  const value = fields[name]
  return typeof value === 'number' && Number.isFinite(value) ? value : 0
}

/** Null if the field is missing, is not a time, or is the zero time of Go, the language of racks. */
export function timeField(fields: Fields, name: string): string | null {
  const value = textField(fields, name)
  return value === '' || value.startsWith('0001-01-01T') || Number.isNaN(Date.parse(value)) ? null : value
}

/** Empty if the field is missing, or is not an object. Leaves out values that are not strings. */
export function textMapField(fields: Fields, name: string): Readonly<Record<string, string>> {
  const value = fields[name]
  if (typeof value !== 'object' || value === null) return {}
  return Object.fromEntries(Object.entries(value).filter(([, text]) => typeof text === 'string'))
}
