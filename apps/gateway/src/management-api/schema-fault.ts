import { nearest } from '@rack-gateway/config'
import type { Explanation } from '@rack-gateway/errors'
import { IsArray, IsEnum, IsLiteral, IsObject, IsUnion, type TObject, type TSchema } from 'typebox'
import { Value } from 'typebox/value'

const seeDocs = 'see /gateway/api/v1/docs'
/** So many values or fields are listed; of more, only the one that was perhaps meant. */
const mostListed = 12

/**
 * The first thing in a value that its schema doesn't allow, and what would be allowed in its place. Names the field, never
 * its value.
 *
 * @param place what the value is called, such as `body`
 */
export function schemaFault(schema: TSchema, value: unknown, place: string): Explanation {
  const { path, what, next } = faultIn(schema, value, [])
  return { reason: `${path.join('.') || place} is not as it should be:${what}`, next }
}

interface Fault {
  /** The field, from the outermost one. */
  readonly path: readonly string[]
  /** What follows "is not as it should be:"; empty where that says it all. */
  readonly what: string
  readonly next: string
}

function faultIn(schema: TSchema, value: unknown, path: readonly string[]): Fault {
  const choices = choicesOf(schema)
  if (choices !== null) return { path, what: '', next: instead(value, choices) }
  if (IsUnion(schema))
    return faultInUnion(schema.anyOf.filter(IsObject), value, path) ?? plainFault(schema, value, path)
  if (IsObject(schema) && isRecord(value)) return faultInObject(schema, value, path)
  if (IsArray(schema) && Array.isArray(value)) {
    const at = value.findIndex((item) => !Value.Check(schema.items, item))
    if (at !== -1) return faultIn(schema.items, value[at], [...path, String(at)])
  }
  return plainFault(schema, value, path)
}

function faultInObject(schema: TObject, value: Record<string, unknown>, path: readonly string[]): Fault {
  const { properties } = schema
  const unknown = Object.keys(value).find((name) => !Object.hasOwn(properties, name))
  if (unknown !== undefined && Reflect.get(schema, 'additionalProperties') === false) {
    const shown = /^[\w.-]{1,64}$/.test(unknown) ? ` named ${unknown}` : ''
    return {
      path,
      what: ` it has no field${shown};`,
      next: instead(unknown, Object.keys(properties), 'its fields are'),
    }
  }
  const needed: readonly string[] = schema.required ?? []
  const missing = needed.filter((name) => value[name] === undefined)
  if (missing.length > 0) return { path, what: ` it needs ${missing.join(', ')};`, next: seeDocs }
  for (const [name, type] of Object.entries(properties))
    if (value[name] !== undefined && !Value.Check(type, value[name])) return faultIn(type, value[name], [...path, name])
  return plainFault(schema, value, path)
}

/** In the one of several kinds of objects that the value says it is. */
function faultInUnion(kinds: readonly TObject[], value: unknown, path: readonly string[]): Fault | null {
  const [first] = kinds
  const kindOf = ({ properties }: TObject, name: string) => choicesOf(properties[name] ?? {})?.[0]
  const name = Object.keys(first?.properties ?? {}).find((key) =>
    kinds.every((kind) => kindOf(kind, key) !== undefined),
  )
  if (name === undefined || !isRecord(value)) return null
  const meant = kinds.find((kind) => kindOf(kind, name) === value[name])
  if (meant !== undefined) return faultInObject(meant, value, path)
  return {
    path: [...path, name],
    what: '',
    next: instead(
      value[name],
      kinds.flatMap((kind) => kindOf(kind, name) ?? []),
    ),
  }
}

/** The values of a schema that allows some and no others; null for any other. */
function choicesOf(schema: TSchema): string[] | null {
  if (IsEnum(schema)) return schema.enum.map(String)
  if (IsLiteral(schema)) return [String(schema.const)]
  if (!IsUnion(schema)) return null
  const each = schema.anyOf.map(choicesOf)
  return each.every((one) => one !== null) ? each.flat() : null
}

function instead(value: unknown, choices: readonly string[], are = 'it is one of'): string {
  const near = typeof value === 'string' ? nearest(value, choices) : null
  const all = `${are} ${choices.join(', ')}`
  if (near === null) return all
  return `did you mean ${near}?${choices.length > mostListed ? '' : ` ${all.slice(0, 1).toUpperCase()}${all.slice(1)}`}`
}

function plainFault(schema: TSchema, value: unknown, path: readonly string[]): Fault {
  const [first] = Value.Errors(schema, value)
  const inner = first?.instancePath.split('/').slice(1) ?? []
  const { description } = schema as { readonly description?: string }
  if (first?.keyword === 'pattern' && inner.length === 0 && description !== undefined)
    return { path, what: ` it is ${description};`, next: seeDocs }
  return { path: [...path, ...inner], what: ` it ${first?.message ?? 'does not fit'};`, next: seeDocs }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
