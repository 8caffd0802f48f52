import { redactionPlaceholder } from './mask-view.ts'
import { spellings } from './spellings.ts'

/** A shorter text occurs in most errors by chance. */
const shortest = 4
/** Beyond these limits, the search takes more than a second, even in steps. */
const maxParts = 2_000
/** The number of parts times the length of the text in characters. */
const maxWork = 500_000_000

/**
 * Replaces values, and single lines of them, in a text of unknown shape, such as an error of the rack that quotes the
 * request. A text that would take too long to search is replaced as a whole.
 * Each step searches for the spellings of one value, or replaces one spelling.
 */
export function* redactValues(text: string, values: readonly string[]): Generator<void, string> {
  const lines = values.flatMap((value) => [value, ...value.split('\n').map((line) => line.trim())])
  // No spelling is shorter than its value.
  const parts = [...new Set(lines)]
    .filter(({ length }) => length >= shortest && length <= text.length)
    .filter((part) => part.isWellFormed())
  if (parts.length > maxParts || parts.length * text.length > maxWork) return redactionPlaceholder
  const found = new Set<string>()
  for (const part of parts) {
    for (const spelling of quotedSpellings(part)) if (text.includes(spelling)) found.add(spelling)
    yield
  }
  let redacted = text
  for (const spelling of [...found].sort((one, other) => other.length - one.length)) {
    redacted = redacted.replaceAll(spelling, redactionPlaceholder)
    yield
  }
  return redacted
}

/**
 * Adds the spellings in a form, in base64, and quoted twice. The rack's errors often quote a value as Go does, and the
 * rack sends the errors as JSON.
 */
function quotedSpellings(value: string): string[] {
  const quoted = JSON.stringify(value).slice(1, -1)
  const form = new URLSearchParams([['', value]]).toString().slice(1)
  return [...spellings(value), ...spellings(quoted), form, ...base64Spellings(value)]
}

/** The base64 of a text that contains the value depends on the value's position in it, modulo 3. */
function base64Spellings(value: string): string[] {
  const bytes = Buffer.from(value)
  return [0, 1, 2].flatMap((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset), bytes])
    // Only the characters that the value alone determines.
    const inner = (encoding: 'base64' | 'base64url') =>
      encoded.toString(encoding).slice(Math.ceil((offset * 8) / 6), Math.floor((encoded.length * 8) / 6))
    return [inner('base64'), inner('base64url')].filter(({ length }) => length >= shortest)
  })
}
