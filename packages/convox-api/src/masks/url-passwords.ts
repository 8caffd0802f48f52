import { redactionPlaceholder } from './mask-view.ts'

/**
 * Redacts the password of one URL, and secret parameters of its query. A password ends at the last `@` of the URL. So
 * an `@` in the path or the query causes too much to be redacted, and never too little.
 *
 * @param isSecret whether a query parameter is secret
 */
export function redactUrl(address: string, isSecret: (key: string) => boolean): string {
  const separator = address.indexOf('://')
  const begin = separator === -1 ? 0 : separator + 3
  const rest = address.slice(begin)
  const at = rest.lastIndexOf('@')
  const from = secretStart(rest, at, schemeBefore(address, separator))
  const query = indexOfAny(rest, '?#', Math.max(at, 0))
  const head = from === -1 ? rest.slice(0, query) : rest.slice(0, from) + redactionPlaceholder + rest.slice(at, query)
  return address.slice(0, begin) + head + redactQuery(rest.slice(query), isSecret)
}

/** Redacts the password of each `scheme://user:password@` in a text. */
export function redactPasswordsInText(text: string): string {
  let consumed = 0
  let result = ''
  for (let separator = text.indexOf('://'); separator !== -1; separator = text.indexOf('://', separator + 3)) {
    const begin = separator + 3
    const authority = text.slice(begin, indexOfAny(text, '/?# \t\r\n"\'<>`', begin))
    const at = authority.lastIndexOf('@')
    const from = secretStart(authority, at, schemeBefore(text, separator))
    if (from === -1) continue
    result += text.slice(consumed, begin + from) + redactionPlaceholder
    consumed = begin + at
  }
  return consumed === 0 ? text : result + text.slice(consumed)
}

export function hasPassword(value: string): boolean {
  if (!value.includes('://')) return false
  return redactPasswordsInText(value) !== value || redactUrl(value, () => false) !== value
}

/** The index at which the secret before an `@` begins, or -1. In HTTP URLs, a user name alone may be a token. */
function secretStart(rest: string, at: number, scheme: string): number {
  if (at < 1) return -1
  const colon = rest.indexOf(':')
  if (colon !== -1 && colon < at) return colon + 1 === at ? -1 : colon + 1
  return scheme === 'http' || scheme === 'https' ? 0 : -1
}

function schemeBefore(text: string, separator: number): string {
  let from = separator
  while (from > 0 && separator - from < 6 && isLetter(text.charCodeAt(from - 1))) from--
  return separator === -1 ? '' : text.slice(from, separator).toLowerCase()
}

function isLetter(code: number): boolean {
  const lower = code | 0x20
  return lower >= 0x61 && lower <= 0x7a
}

function redactQuery(query: string, isSecret: (key: string) => boolean): string {
  if (!query.includes('=')) return query
  return query
    .split('&')
    .map((part) => {
      const equals = part.indexOf('=')
      const key = part.slice(0, equals).replace(/^[?#]/, '')
      return equals !== -1 && isSecret(key) ? `${part.slice(0, equals + 1)}${redactionPlaceholder}` : part
    })
    .join('&')
}

function indexOfAny(text: string, characters: string, from: number): number {
  for (let at = from; at < text.length; at++) if (characters.includes(text.charAt(at))) return at
  return text.length
}
