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

/** Null stays null: that is how the rack writes an empty list. */
export function mapList(value: Json, what: string, change: (item: Json) => Json): Json {
  if (value === null) return null
  if (!Array.isArray(value)) throw new UnmaskableAnswer(`${what} is not a list`)
  return value.map(change)
}

/** Rewrites an object's fields in their order. Field names are given in lower case: the rack's spelling doesn't decide what is secret. */
export function mapFields(object: JsonObject, change: (field: string, value: Json) => Json): JsonObject {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(key.toLowerCase(), value)]))
}

/** Rewrites every string in a value, however deep. */
export function mapStrings(value: Json, change: (text: string) => string): Json {
  if (typeof value === 'string') return change(value)
  if (Array.isArray(value)) return value.map((item) => mapStrings(item, change))
  return isObject(value) ? mapFields(value, (_, item) => mapStrings(item, change)) : value
}

/** Whether an object in valid JSON has a key twice: then what was read isn't all that is written. */
export function hasDoubledKeys(text: string): boolean {
  const scopes: (Set<string> | null)[] = []
  for (let at = 0; at < text.length; at++) {
    const character = text[at]
    if (character === '{') scopes.push(new Set())
    else if (character === '[') scopes.push(null)
    else if (character === '}' || character === ']') scopes.pop()
    else if (character === '"') {
      const end = stringEnd(text, at)
      const keys = scopes.at(-1)
      if (keys && isKey(text, end)) {
        const key = String(JSON.parse(text.slice(at, end)))
        if (keys.has(key)) return true
        keys.add(key)
      }
      at = end - 1
    }
  }
  return false
}

function stringEnd(text: string, begin: number): number {
  let at = begin + 1
  while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1
  return at + 1
}

function isKey(text: string, end: number): boolean {
  let at = end
  while (at < text.length && ' \t\r\n'.includes(text.charAt(at))) at++
  return text[at] === ':'
}
