import type { Explanation } from '@rack-gateway/errors'
import { nearest } from '@rack-gateway/errors/nearest'
import { containsToken } from '@rack-gateway/errors/redact-tokens'
import { IsArray, IsEnum, IsLiteral, IsObject, IsUnion, type TObject, type TSchema } from 'typebox'
import { Value } from 'typebox/value'
import { validatorOf } from './validator-of.ts'

const seeDocs = 'See /gateway/api/v1/docs.'
/** Members and items. Listing the errors of a larger value takes many milliseconds. */
const maxExplained = 200
/** Longer lists of choices are left out if there is a similar choice to suggest. */
const maxListed = 12

/**
 * The first part of a value that does not match its schema, and what the schema allows instead.
 * Names the member but never its value, which can be a secret.
 *
 * @param name how to refer to the whole value, such as `body`
 */
export function schemaFault(schema: TSchema, value: unknown, name: string): Explanation {
  const { path, problem, remedy } = findFault(schema, value, [])
  return { reason: `\`${path.map(shown).join('.') || name}\` ${problem}.`, remedy }
}

interface Fault {
  /** The names of the members, outermost first. */
  readonly path: readonly string[]
  /** A phrase that follows the name of the member. */
  readonly problem: string
  readonly remedy: string
}

function findFault(schema: TSchema, value: unknown, path: readonly string[]): Fault {
  const choices = choicesOf(schema)
  if (choices !== null) return { path, problem: 'is invalid', remedy: suggest(value, choices, 'Use one of') }
  if (IsUnion(schema)) {
    const alternatives = schema.anyOf.filter((one) => IsArray(one) === Array.isArray(value))
    const [alternative] = alternatives
    // One value, or a list of such values.
    if (alternative !== undefined && alternatives.length === 1) return findFault(alternative, value, path)
    const kinds = schema.anyOf.filter(IsObject)
    const [only] = kinds
    if (only !== undefined && kinds.length === 1 && isRecord(value)) return findObjectFault(only, value, path)
    return findUnionFault(kinds, value, path) ?? firstError(schema, value, path)
  }
  if (IsObject(schema) && isRecord(value)) return findObjectFault(schema, value, path)
  if (IsArray(schema) && Array.isArray(value)) {
    const { maxItems = Number.POSITIVE_INFINITY } = schema as { readonly maxItems?: number }
    if (value.length > maxItems)
      return { path, problem: `is invalid: it must not have more than ${maxItems} items`, remedy: seeDocs }
    const index = value.findIndex((item) => !validatorOf(schema.items).Check(item))
    if (index !== -1) return findFault(schema.items, value[index], [...path, String(index)])
  }
  return firstError(schema, value, path)
}

function findObjectFault(schema: TObject, value: Record<string, unknown>, path: readonly string[]): Fault {
  const { properties } = schema
  const unknown = Object.keys(value).find((name) => !Object.hasOwn(properties, name))
  if (unknown !== undefined && Reflect.get(schema, 'additionalProperties') === false) {
    const problem = isShown(unknown) ? `has no member named ${unknown}` : 'has an unknown member'
    return { path, problem, remedy: suggest(unknown, Object.keys(properties), 'Its members are') }
  }
  const required: readonly string[] = schema.required ?? []
  const missing = required.filter((name) => value[name] === undefined)
  if (missing.length > 0) return { path, problem: `requires ${missing.join(', ')}`, remedy: seeDocs }
  for (const [name, type] of Object.entries(properties))
    if (value[name] !== undefined && !validatorOf(type).Check(value[name]))
      return findFault(type, value[name], [...path, name])
  return firstError(schema, value, path)
}

/** For a union of objects with a discriminator, such as `provider`. */
function findUnionFault(kinds: readonly TObject[], value: unknown, path: readonly string[]): Fault | null {
  const [first] = kinds
  const constantOf = ({ properties }: TObject, name: string) => choicesOf(properties[name] ?? {})?.[0]
  const discriminator = Object.keys(first?.properties ?? {}).find((name) =>
    kinds.every((kind) => constantOf(kind, name) !== undefined),
  )
  if (discriminator === undefined || !isRecord(value)) return null
  const selected = kinds.find((kind) => constantOf(kind, discriminator) === value[discriminator])
  if (selected !== undefined) return findObjectFault(selected, value, path)
  const choices = kinds.flatMap((kind) => constantOf(kind, discriminator) ?? [])
  return {
    path: [...path, discriminator],
    problem: 'is invalid',
    remedy: suggest(value[discriminator], choices, 'Use one of'),
  }
}

/** The values of an enumeration; null for every other schema. */
function choicesOf(schema: TSchema): string[] | null {
  if (IsEnum(schema)) return schema.enum.map(String)
  if (IsLiteral(schema)) return [String(schema.const)]
  if (!IsUnion(schema)) return null
  const each = schema.anyOf.map(choicesOf)
  return each.every((one) => one !== null) ? each.flat() : null
}

function suggest(value: unknown, choices: readonly string[], intro: string): string {
  const similar = typeof value === 'string' ? nearest(value, choices) : null
  const all = `${intro} ${choices.join(', ')}.`
  if (similar === null) return all
  return choices.length > maxListed ? `Did you mean ${similar}?` : `Did you mean ${similar}? ${all}`
}

function firstError(schema: TSchema, value: unknown, path: readonly string[]): Fault {
  if (isLarge(value)) return { path, problem: 'is invalid', remedy: seeDocs }
  const [first] = Value.Errors(schema, value)
  const inner = first?.instancePath.split('/').slice(1) ?? []
  const { description } = schema as { readonly description?: string }
  if (first?.keyword === 'pattern' && inner.length === 0 && description !== undefined)
    return { path, problem: `is invalid: it must be ${description}`, remedy: seeDocs }
  return { path: [...path, ...inner], problem: `is invalid: it ${first?.message ?? 'does not match'}`, remedy: seeDocs }
}

function isLarge(value: unknown): boolean {
  const values = [value]
  for (const each of values) {
    if (typeof each !== 'object' || each === null) continue
    for (const name in each) {
      if (values.length > maxExplained) return true
      values.push(Reflect.get(each, name))
    }
  }
  return false
}

const plainName = /^[\w.-]{1,64}$/

/** A member that the schema does not have can have any name. */
function isShown(name: string): boolean {
  return plainName.test(name) && !containsToken(name)
}

function shown(name: string): string {
  return isShown(name) ? name : '…'
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
