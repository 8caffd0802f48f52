import { isDeepStrictEqual } from 'node:util'
import { Value } from 'typebox/value'
import { jsonShapes } from './json-shapes.ts'

/** How the JSON of a command differs from its documented shape; empty if it does not differ. */
export function jsonFaults(command: string, value: unknown): string[] {
  const shape = jsonShapes[command]
  if (shape === undefined) return [`the JSON of ${command} has no shape`]
  const faults = [...Value.Errors(shape, value)].map((error) => JSON.stringify(error))
  if (faults.length === 0 && !isDeepStrictEqual(Value.Clean(shape, Value.Clone(value)), value))
    return ['it has fields that are not documented']
  return faults
}
