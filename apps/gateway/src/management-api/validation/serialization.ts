import type { FastifyReply } from 'fastify'
import type { TSchema } from 'typebox'

type Serialize = ReturnType<FastifyReply['compileSerializationSchema']>

const serializers = new WeakMap<TSchema, Serialize>()

/** Serializes only the members that the schema has. Compiled on first use, so that the start compiles no schemas. */
export function serializerFor(reply: FastifyReply, schema: TSchema): Serialize {
  const cached = serializers.get(schema)
  if (cached) return cached
  const serialize = reply.compileSerializationSchema({ ...schema })
  serializers.set(schema, serialize)
  return serialize
}
