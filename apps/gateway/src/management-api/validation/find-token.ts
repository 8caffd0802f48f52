import { containsToken } from '@rack-gateway/errors/redact-tokens'
import { IsArray, IsObject, IsString, IsUnion, type TSchema } from 'typebox'

/**
 * Finds a text that contains what looks like a token of the gateway. People paste tokens by mistake, and names and
 * reasons are stored in clear. Does not look into schemas with `mayContainTokens`.
 *
 * @param value need not match the schema; members that the schema does not have are ignored
 * @returns the names of the members, outermost first; null if there is no token
 */
export function findToken(schema: TSchema, value: unknown): string[] | null {
  if ('x-may-contain-tokens' in schema) return null
  if (IsUnion(schema)) return firstOf(schema.anyOf, (one) => findToken(one, value))
  if (IsString(schema)) return typeof value === 'string' && containsToken(value) ? [] : null
  if (IsArray(schema) && Array.isArray(value))
    return firstOf(value.entries(), ([index, item]) => prefixed(String(index), findToken(schema.items, item)))
  if (IsObject(schema) && typeof value === 'object' && value !== null)
    return firstOf(Object.entries(schema.properties), ([name, type]) =>
      Object.hasOwn(value, name) ? prefixed(name, findToken(type, Reflect.get(value, name))) : null,
    )
  return null
}

function firstOf<T>(items: Iterable<T>, find: (item: T) => string[] | null): string[] | null {
  for (const item of items) {
    const found = find(item)
    if (found !== null) return found
  }
  return null
}

function prefixed(name: string, path: string[] | null): string[] | null {
  return path === null ? null : [name, ...path]
}
