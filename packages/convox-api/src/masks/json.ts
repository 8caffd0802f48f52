import { UnmaskableResponse } from '../errors/errors.ts'
import { type JsonBounds, jsonBoundsFault } from '../json-bounds/json-bounds.ts'

export type Json = null | boolean | number | string | readonly Json[] | JsonObject
export interface JsonObject {
  readonly [key: string]: Json
}

/**
 * The bounds of JSON that is parsed at once. A value of a real rack has at most some hundred members, and the deepest
 * one, the service of a manifest, has some eight levels. A list of 64 KiB has fewer than 10,000 members and items,
 * because each of them takes at least 7 bytes.
 */
export const valueBounds: JsonBounds = { depth: 32, entries: 10_000 }

/** @throws UnmaskableResponse if the text is not JSON, or exceeds `valueBounds` */
export function parseJson(text: string): Json {
  const fault = jsonBoundsFault(text, valueBounds)
  if (fault !== null) throw new UnmaskableResponse(fault)
  try {
    return JSON.parse(text)
  } catch {
    throw new UnmaskableResponse('it is not JSON')
  }
}

/** Renders JSON as the rack does: indented by two spaces, with Go's escapes and a final newline. */
export function renderJson(value: Json): string {
  const text = JSON.stringify(value, null, 2)
  return `${text.replaceAll(/[<>&\u2028\u2029]/g, (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`)}\n`
}

export function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function asObject(value: Json, what: string): JsonObject {
  if (!isObject(value)) throw new UnmaskableResponse(`${what} is not an object`)
  return value
}

/** Returns the list itself if no item changes. The rack writes an empty list as null, which stays null. */
export function mapList(value: Json, what: string, change: (item: Json) => Json): Json {
  if (value === null) return null
  if (!Array.isArray(value)) throw new UnmaskableResponse(`${what} is not a list`)
  return mapItems(value, change)
}

export function mapItems(items: readonly Json[], change: (item: Json) => Json): readonly Json[] {
  let changed: Json[] | null = null
  let index = 0
  for (const item of items) {
    const mapped = change(item)
    if (mapped !== item) {
      changed ??= [...items]
      changed[index] = mapped
    }
    index += 1
  }
  return changed ?? items
}

/**
 * Returns the object itself if no field changes. `change` gets the field names in lower case, so that masks do not
 * depend on the rack's spelling.
 */
export function mapFields(object: JsonObject, change: (field: string, value: Json) => Json): JsonObject {
  return mapMembers(object, (key, value) => change(key.toLowerCase(), value))
}

export function mapMembers(object: JsonObject, change: (key: string, value: Json) => Json): JsonObject {
  let changed: Map<string, Json> | null = null
  for (const key in object) {
    const value = object[key]
    if (value === undefined) continue
    const mapped = change(key, value)
    if (mapped === value) continue
    changed ??= new Map(Object.entries(object))
    changed.set(key, mapped)
  }
  return changed === null ? object : Object.fromEntries(changed)
}

export function mapStrings(value: Json, change: (text: string) => string): Json {
  if (typeof value === 'string') return change(value)
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return mapItems(value, (item) => mapStrings(item, change))
  return mapMembers(asObject(value, 'it'), (_, item) => mapStrings(item, change))
}

/** Whether an object in valid JSON has a duplicate key. The parser drops the first value, so masks never see it. */
export function hasDuplicateKeys(text: string, value: Json): boolean {
  return countWrittenMembers(text) !== countParsedMembers(value)
}

function countParsedMembers(value: Json | undefined): number {
  if (typeof value !== 'object' || value === null) return 0
  let members = 0
  if (isObject(value)) for (const key in value) members += 1 + countParsedMembers(value[key])
  else for (const item of value) members += countParsedMembers(item)
  return members
}

/** Every member has one colon outside strings. */
function countWrittenMembers(text: string): number {
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

function stringEnd(text: string, begin: number): number {
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
