import { nearest } from '@rack-gateway/errors/nearest'

/** The names of every field of a type, so that TypeScript reports a missing or extra name. */
export type FieldsOf<T> = Readonly<Record<keyof T, true>>

/**
 * Rejects misspelled fields, because a test that silently ignores a field can pass for the wrong reason.
 *
 * @param where the parent of the fields, such as `as`; empty for the call itself
 * @throws for an unknown field, with a suggestion
 */
export function checkFields<T extends object>(value: T, known: FieldsOf<T>, where: string): void {
  for (const field of Object.keys(value)) {
    if (Object.hasOwn(known, field)) continue
    const name = where === '' ? field : `${where}.${field}`
    const near = nearest(field, Object.keys(known))
    const hint = near === null ? `there are ${Object.keys(known).join(', ')}` : `did you mean ${near}?`
    throw new Error(`${name} is not known here: ${hint}`)
  }
}
