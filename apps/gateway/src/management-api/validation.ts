import type { TObject, TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import { InvalidRequest, ruled } from '../errors.ts'
import { schemaFault } from './schema-fault.ts'

/** Checks by the endpoint's own schemas: nothing is coerced, nothing is dropped, what isn't known is refused. */
export function validatorFor({ schema, httpPart }: { schema: unknown; httpPart?: string | undefined }) {
  const type = schema as TObject
  const compiled = Compile(type as TSchema)
  return function validate(sent: unknown) {
    const value = httpPart === 'querystring' ? numbersRead(type, sent) : (sent ?? {})
    return compiled.Check(value) ? { value } : { error: problemOf(type, value, httpPart) }
  }
}

/** A query holds texts only: what should be a whole number is read as one. */
function numbersRead({ properties }: TObject, sent: unknown): unknown {
  const entries = Object.entries(sent ?? {}).map(([name, value]) => {
    const type = Object.hasOwn(properties, name) ? properties[name] : undefined
    const isNumber = type !== undefined && 'type' in type && type.type === 'integer'
    return [name, isNumber && typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value]
  })
  return Object.fromEntries(entries)
}

function problemOf(schema: TSchema, value: unknown, place = 'body'): Error {
  const { reason, next } = schemaFault(schema, value, place)
  return ruled(new InvalidRequest(reason, next), 'schema')
}
