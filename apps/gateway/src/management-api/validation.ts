import type { TObject, TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import { InvalidRequest, withRule } from '../errors.ts'
import { schemaFault } from './schema-fault.ts'

/** Validates with the schemas of the endpoint. Coerces nothing except integers in queries, removes nothing, and rejects unknown members. */
export function validatorFor({ schema, httpPart }: { schema: unknown; httpPart?: string | undefined }) {
  const type = schema as TObject
  const compiled = Compile(type as TSchema)
  return function validate(input: unknown) {
    const value = httpPart === 'querystring' ? parseIntegers(type, input) : (input ?? {})
    return compiled.Check(value) ? { value } : { error: invalidRequest(type, value, httpPart) }
  }
}

/** Query values are strings. Parses those whose schema is an integer. */
function parseIntegers({ properties }: TObject, input: unknown): unknown {
  const entries = Object.entries(input ?? {}).map(([name, value]) => {
    const type = Object.hasOwn(properties, name) ? properties[name] : undefined
    const isInteger = type !== undefined && 'type' in type && type.type === 'integer'
    return [name, isInteger && typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value]
  })
  return Object.fromEntries(entries)
}

function invalidRequest(schema: TSchema, value: unknown, part = 'body'): Error {
  const { reason, remedy } = schemaFault(schema, value, part)
  return withRule(new InvalidRequest(reason, remedy), 'schema')
}
