import { NotCanonical } from './errors.ts'

/**
 * The canonical form of a JSON value: one text for one meaning, so that a hash of it proves the value.
 * Properties that are `undefined` are left out, as in JSON.stringify.
 *
 * @throws NotCanonical for what JSON can't say: NaN, infinities, lone surrogates, functions, cycles (too deep)
 * @see RFC 8785 (JCS): keys sorted by UTF-16 code units, ECMAScript's numbers and string escapes, no space
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

/** Nothing in it that JSON escapes: most of what is recorded. */
const plain = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/

function text(value: string) {
  if (plain.test(value)) return `"${value}"`
  if (!value.isWellFormed()) throw new NotCanonical('text with half a surrogate pair')
  return JSON.stringify(value)
}

function list(values: readonly unknown[], depth: number) {
  return `[${values.map((value) => write(value, depth + 1)).join(',')}]`
}

function members(value: object, depth: number) {
  let written = ''
  // By UTF-16 code units, which is both the default order and the one that the RFC wants.
  for (const key of Object.keys(value).sort()) {
    const member: unknown = Reflect.get(value, key)
    if (member !== undefined) written += `${written === '' ? '' : ','}${name(key)}:${write(member, depth + 1)}`
  }
  return `{${written}}`
}

const names = new Map<string, string>()
const mostNames = 256

/** Names of fields are few and come back with each event. */
function name(key: string): string {
  const known = names.get(key)
  if (known !== undefined) return known
  const written = text(key)
  if (names.size < mostNames) names.set(key, written)
  return written
}
