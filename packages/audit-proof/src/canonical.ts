/** The value has no canonical form. The message says why. */
export class NotCanonical extends Error {}

/**
 * The canonical form of a JSON value, so that equal values have equal hashes. Properties that are `undefined` are left
 * out, as in JSON.stringify.
 *
 * @throws NotCanonical for NaN, infinities, lone surrogates, types that JSON lacks, and more than 64 nested levels
 * @see RFC 8785 (JCS): keys sorted by UTF-16 code units, ECMAScript numbers and string escapes, no whitespace
 */
export function canonical(value: unknown): string {
  return write(value, 0)
}

function write(value: unknown, depth: number): string {
  switch (typeof value) {
    case 'string':
      return text(value)
    case 'number':
      if (!Number.isFinite(value)) throw new NotCanonical(`the number ${value}`)
      return JSON.stringify(value)
    case 'boolean':
      return value ? 'true' : 'false'
    case 'object':
      if (value === null) return 'null'
      if (depth === 64) throw new NotCanonical('it is nested more than 64 deep')
      return Array.isArray(value) ? list(value, depth) : members(value, depth)
    default:
      throw new NotCanonical(`a ${typeof value}`)
  }
}

/** Matches text that needs no escaping. Most recorded text matches. */
const plainText = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/

function text(value: string) {
  if (plainText.test(value)) return `"${value}"`
  if (!value.isWellFormed()) throw new NotCanonical('text with half a surrogate pair')
  return JSON.stringify(value)
}

function list(values: readonly unknown[], depth: number) {
  return `[${values.map((value) => write(value, depth + 1)).join(',')}]`
}

function members(value: object, depth: number) {
  let written = ''
  // The default sort order is by UTF-16 code units, as the RFC requires.
  for (const key of Object.keys(value).sort()) {
    const member: unknown = Reflect.get(value, key)
    if (member !== undefined) written += `${written === '' ? '' : ','}${name(key)}:${write(member, depth + 1)}`
  }
  return `{${written}}`
}

const names = new Map<string, string>()
const maxNames = 256

/** Caches field names, which are few and repeat in each event. */
function name(key: string): string {
  const cached = names.get(key)
  if (cached !== undefined) return cached
  const written = text(key)
  if (names.size < maxNames) names.set(key, written)
  return written
}
