import { readMultipart } from './multipart.ts'
import { type Pair, parseForm, parseQuery } from './pairs.ts'

/** A request's parameters as the rack's handlers see them. */
export interface ReadFormResult {
  /** Go's `r.Form`. The rack uses the first value of a key. */
  readonly form: ReadonlyMap<string, readonly string[]>
  readonly postForm: ReadonlyMap<string, readonly string[]>
  readonly query: ReadonlyMap<string, readonly string[]>
  readonly error?: string
}

export interface FormRequest {
  readonly method: string
  /** The query with its `?`, or empty. */
  readonly search: string
  /** Empty when the header is missing. */
  readonly contentType: string
  readonly body: Buffer | null
}

const bodyMethods = new Set(['POST', 'PUT', 'PATCH'])

/**
 * Reads parameters exactly as the rack does (Go's ParseMultipartForm). A URL-encoded body takes precedence over the
 * query. A multipart body comes after the query, and counts with every method. `readParameters` rejects requests that
 * depend on this order.
 */
export function readForm({ method, search, contentType, body }: FormRequest): ReadFormResult {
  const query = parseQuery(search)
  const posted = bodyMethods.has(method) && body ? parseForm(contentType, body) : []
  const multipart = readMultipart(contentType, body ?? Buffer.alloc(0))
  const parts = 'fields' in multipart ? multipart.fields : []
  return {
    form: groupByKey([...posted, ...query, ...parts]),
    postForm: groupByKey([...posted, ...parts]),
    query: groupByKey(query),
    ...('error' in multipart ? { error: multipart.error } : {}),
  }
}

export function formValue(reading: ReadFormResult, name: string): string {
  return reading.form.get(name)?.[0] ?? ''
}

export function valueOrHeader(reading: ReadFormResult, name: string, header: string | undefined): string {
  return formValue(reading, name) || (header ?? '')
}

function groupByKey(pairs: readonly Pair[]): Map<string, string[]> {
  const values = new Map<string, string[]>()
  for (const { key, value } of pairs) {
    const list = values.get(key)
    if (list) list.push(value)
    else values.set(key, [value])
  }
  return values
}
