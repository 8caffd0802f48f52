import { UnmaskableAnswer } from '../errors.ts'

export type Json = null | boolean | number | string | readonly Json[] | JsonObject
export interface JsonObject {
  readonly [key: string]: Json
}

export function parseJson(text: string): Json {
  try {
    return JSON.parse(text)
  } catch {
    throw new UnmaskableAnswer('it is not JSON')
  }
}

/** Renders as the rack does: two spaces, a newline at the end, and Go's escapes. */
export function renderJson(value: Json): string {
  const text = JSON.stringify(value, null, 2)
  return `${text.replaceAll(/[<>&\u2028\u2029]/g, (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`)}\n`
}

export function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function asObject(value: Json, what: string): JsonObject {
  if (!isObject(value)) throw new UnmaskableAnswer(`${what} is not an object`)
  return value
}

/** Null stays null: that is how the rack writes an empty list. A list that nothing changes in is given back itself. */
export function mapList(value: Json, what: string, change: (item: Json) => Json): Json {
  if (value === null) return null
  if (!Array.isArray(value)) throw new UnmaskableAnswer(`${what} is not a list`)
  return mapItems(value, change)
}

export function mapItems(items: readonly Json[], change: (item: Json) => Json): readonly Json[] {
  let changed: Json[] | null = null
  for (const [index, item] of items.entries()) {
    const made = change(item)
    if (made === item) continue
    changed ??= [...items]
    changed[index] = made
  }
  return changed ?? items
}

/**
 * Rewrites an object's fields in their order; an object that nothing changes in is given back itself.
 * Field names are given in lower case: the rack's spelling doesn't decide what is secret.
 */
export function mapFields(object: JsonObject, change: (field: string, value: Json) => Json): JsonObject {
  return mapMembers(object, (key, value) => change(key.toLowerCase(), value))
}

export function mapMembers(object: JsonObject, change: (key: string, value: Json) => Json): JsonObject {
  let changed: Map<string, Json> | null = null
  for (const key in object) {
    const value = object[key]
    if (value === undefined) continue
    const made = change(key, value)
    if (made === value) continue
    changed ??= new Map(Object.entries(object))
    changed.set(key, made)
  }
  return changed === null ? object : Object.fromEntries(changed)
}

/** Rewrites every string in a value, however deep. */
export function mapStrings(value: Json, change: (text: string) => string): Json {
  if (typeof value === 'string') return change(value)
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return mapItems(value, (item) => mapStrings(item, change))
  return mapMembers(asObject(value, 'it'), (_, item) => mapStrings(item, change))
}

/** Whether an object in valid JSON has a key twice: then what was read isn't all that is written. */
export function hasDoubledKeys(text: string, value: Json): boolean {
  return membersWritten(text) !== membersRead(value)
}

function membersRead(value: Json): number {
  if (typeof value !== 'object' || value === null) return 0
  let members = Array.isArray(value) ? 0 : Object.keys(value).length
  for (const item of Array.isArray(value) ? value : Object.values(value)) members += membersRead(item)
  return members
}

/** Every member has one colon outside of strings. */
function membersWritten(text: string): number {
  let members = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === colon) members++
    else if (code === quote) at = stringEnd(text, at)
  }
  return members
}

const colon = 0x3a
const quote = 0x22
const backslash = 0x5c

/** Where the string that begins here has its closing quote. */
export function stringEnd(text: string, begin: number): number {
  let at = begin
  do {
    at = text.indexOf('"', at + 1)
  } while (at !== -1 && isEscaped(text, at))
  return at === -1 ? text.length : at
}

function isEscaped(text: string, at: number): boolean {
  let first = at
  while (text.charCodeAt(first - 1) === backslash) first--
  return (at - first) % 2 === 1
}
