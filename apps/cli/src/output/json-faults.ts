import { isDeepStrictEqual } from 'node:util'
import { Value } from 'typebox/value'
import { jsonShapes } from './json-shapes.ts'

/** In what a command's JSON differs from its documented shape: it has none, or members are missing, of another type, or more than it names. */
export function jsonFaults(command: string, value: unknown): string[] {
  const shape = jsonShapes[command]
  if (shape === undefined) return [`the JSON of ${command} has no shape`]
  const faults = [...Value.Errors(shape, value)].map((error) => JSON.stringify(error))
  if (faults.length === 0 && !isDeepStrictEqual(Value.Clean(shape, Value.Clone(value)), value))
    return ['it has members that are not documented']
  return faults
}
