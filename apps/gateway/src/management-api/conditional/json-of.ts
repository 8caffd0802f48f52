import { createHash } from 'node:crypto'
import type { FastifyReply } from 'fastify'
import type { TObject, TSchema } from 'typebox'
import { serializerFor } from '../validation/serialization.ts'

export interface Json {
  /** Returns the serialized value. Do not change the buffer, because it is cached. */
  readonly body: () => Buffer
  /** A hash of the value. */
  readonly digest: string
}

/** By schema, because a schema decides which members are serialized. */
const cache = new WeakMap<TSchema, WeakMap<object, Json>>()

/**
 * The JSON of a response. It is cached for each object: a handler that returns the same object again, or an object with
 * the same members, costs no serialization and no hash. So a handler must not change an object that it has returned.
 */
export function jsonOf(reply: FastifyReply, schema: TObject, response: object): Json {
  return cached(schema, response, () => {
    const members = Object.entries(schema.properties).flatMap(([name, memberSchema]) => {
      const value: unknown = Reflect.get(response, name)
      return value === undefined ? [] : [{ name, ...jsonOfMember(reply, memberSchema, value) }]
    })
    const digest = hash(members.map(({ name, digest }) => `${name}:${digest}`).join())
    let body: Buffer | null = null
    return { digest, body: () => (body ??= joinMembers(members)) }
  })
}

function jsonOfMember(reply: FastifyReply, schema: TSchema, value: unknown): Json {
  const serialize = () => toJson(serializerFor(reply, schema)(value as Record<string, unknown>))
  return typeof value === 'object' && value !== null ? cached(schema, value, serialize) : serialize()
}

function cached(schema: TSchema, value: object, create: () => Json): Json {
  const values = cache.get(schema) ?? new WeakMap<object, Json>()
  cache.set(schema, values)
  const found = values.get(value)
  if (found !== undefined) return found
  const created = create()
  values.set(value, created)
  return created
}

function toJson(text: string): Json {
  const body = Buffer.from(text)
  return { body: () => body, digest: hash(body) }
}

function joinMembers(members: readonly (Json & { readonly name: string })[]): Buffer {
  const parts = members.flatMap(({ name, body }, index) => [
    Buffer.from(`${index === 0 ? '{' : ','}${JSON.stringify(name)}:`),
    body(),
  ])
  return Buffer.concat([...(parts.length === 0 ? [Buffer.from('{')] : parts), Buffer.from('}')])
}

function hash(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('base64url')
}
