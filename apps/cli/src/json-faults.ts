import { isDeepStrictEqual } from 'node:util'
import type { TSchema } from 'typebox'
import { Value } from 'typebox/value'

/** In what a value differs from its documented shape: members that are missing, of another type, or more than it names. */
export function jsonFaults(shape: TSchema, value: unknown): string[] {
  const faults = [...Value.Errors(shape, value)].map((error) => JSON.stringify(error))
  if (faults.length === 0 && !isDeepStrictEqual(Value.Clean(shape, Value.Clone(value)), value))
    return ['it has members that are not documented']
  return faults
}
