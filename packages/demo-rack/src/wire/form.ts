import { decodeUtf8, percentDecode } from './bytes.ts'
import { firstHeader, type RawHeaders } from './headers.ts'
import { readMediaType } from './media-type.ts'
import { readMultipart } from './multipart.ts'

/** Values by name, in Go's order. The rack's handlers use the first value of a name. */
export type Values = ReadonlyMap<string, readonly string[]>

export interface Form {
  /** Go's `r.Form` after the body was read: a URL-encoded body, then the query, then a multipart body. */
  readonly values: Values
  readonly query: Values
  /** The URL-encoded body, even if `values` ignores it because of the method. */
  readonly body: Values
}

const methodsWithForm = new Set(['POST', 'PUT', 'PATCH'])

/** Reads the parameters of a request like Go's `ParseMultipartForm`. Skips invalid parts. */
export function readForm(method: string, query: string, headers: RawHeaders, body: Buffer): Form {
  const fromQuery = readPairs(query)
  const { type, parameters } = readMediaType(firstHeader(headers, 'content-type') ?? '')
  if (type === 'multipart/form-data') {
    const fields = readMultipart(body, parameters.get('boundary') ?? '') ?? []
    return { query: grouped(fromQuery), values: grouped([...fromQuery, ...fields.map(pairOf)]), body: new Map() }
  }
  const fromBody = type === 'application/x-www-form-urlencoded' ? readPairs(body.toString('latin1')) : []
  const countedBody = methodsWithForm.has(method) ? fromBody : []
  return { query: grouped(fromQuery), values: grouped([...countedBody, ...fromQuery]), body: grouped(fromBody) }
}

type Pair = readonly [name: string, value: string]

function pairOf(field: { name: string; value: string }): Pair {
  return [field.name, field.value]
}

/** `a=1&b=2`; a pair with a `;` or a broken escape is dropped, as Go does. */
export function readPairs(encoded: string): Pair[] {
  return encoded.split('&').flatMap((pair): Pair[] => {
    if (pair === '' || pair.includes(';')) return []
    const at = pair.indexOf('=')
    const name = decoded(at === -1 ? pair : pair.slice(0, at))
    const value = decoded(at === -1 ? '' : pair.slice(at + 1))
    return name === null || value === null ? [] : [[name, value]]
  })
}

function decoded(encoded: string): string | null {
  const bytes = percentDecode(encoded.replaceAll('+', ' '))
  return bytes === null ? null : decodeUtf8(bytes)
}

function grouped(pairs: readonly Pair[]): Values {
  const values = new Map<string, string[]>()
  for (const [name, value] of pairs) values.set(name, [...(values.get(name) ?? []), value])
  return values
}
