import type { FastifyReply } from 'fastify'
import { IsArray, IsObject, type TObject, type TSchema } from 'typebox'
import { serializerFor } from '../validation/serialization.ts'

/** Serializes only the members that the schema has, item by item. @returns parts of the JSON text */
export function* serializeInSteps(reply: FastifyReply, schema: TObject, response: object): Generator<void, string[]> {
  const parts = ['{']
  for (const [name, memberSchema] of Object.entries(schema.properties)) {
    const value: unknown = Reflect.get(response, name)
    if (value === undefined) continue
    parts.push(`${parts.length === 1 ? '' : ','}${JSON.stringify(name)}:`)
    if (!IsArray(memberSchema) || !Array.isArray(value)) {
      parts.push(serialize(reply, memberSchema, value))
      yield
      continue
    }
    for (const [index, item] of value.entries()) {
      parts.push(index === 0 ? '[' : ',', serialize(reply, memberSchema.items, item))
      yield
    }
    parts.push(value.length === 0 ? '[]' : ']')
  }
  parts.push('}')
  return parts
}

/** Whether a response can take long to serialize. */
export function isLongList(schema: TSchema, response: unknown): schema is TObject {
  return (
    IsObject(schema) &&
    typeof response === 'object' &&
    response !== null &&
    Object.values(response).some((member) => Array.isArray(member) && member.length > longList)
  )
}

const longList = 10

function serialize(reply: FastifyReply, schema: TSchema, value: unknown): string {
  return serializerFor(reply, schema)(value as Record<string, unknown>)
}
