import { readMultipart } from './multipart.ts'
import { type Pair, parseForm, parseQuery } from './pairs.ts'

/** What the rack's handlers see of a request's parameters, in the order that decides. */
export interface FormReading {
  /** Go's `r.Form`: the first value of a key is what the rack calls F. */
  readonly form: ReadonlyMap<string, readonly string[]>
  readonly postForm: ReadonlyMap<string, readonly string[]>
  readonly query: ReadonlyMap<string, readonly string[]>
  readonly error?: string
}

export interface FormRequest {
  readonly method: string
  /** Empty, or from `?` on. */
  readonly search: string
  /** Empty where there is none. */
  readonly contentType: string
  readonly body: Buffer | null
}

const bodyMethods = new Set(['POST', 'PUT', 'PATCH'])

/**
 * Reads parameters exactly as the rack does (Go's ParseMultipartForm), also where that is surprising: a url-encoded body
 * goes before the query, a multipart body after it and with every method. `readParameters` refuses what depends on this.
 */
export function readForm({ method, search, contentType, body }: FormRequest): FormReading {
  const query = parseQuery(search)
  const posted = bodyMethods.has(method) && body ? parseForm(contentType, body) : []
  const multipart = readMultipart(contentType, body ?? Buffer.alloc(0))
  const parts = 'fields' in multipart ? multipart.fields : []
  return {
    form: grouped([...posted, ...query, ...parts]),
    postForm: grouped([...posted, ...parts]),
    query: grouped(query),
    ...('error' in multipart ? { error: multipart.error } : {}),
  }
}

/** F: the first value of a key, or empty. */
export function formValue(reading: FormReading, name: string): string {
  return reading.form.get(name)?.[0] ?? ''
}

/** V: as F, and where that is empty, the header of this name (`undefined` where there is none). */
export function valueOrHeader(reading: FormReading, name: string, header: string | undefined): string {
  return formValue(reading, name) || (header ?? '')
}

function grouped(pairs: readonly Pair[]): Map<string, string[]> {
  const values = new Map<string, string[]>()
  for (const { key, value } of pairs) {
    const known = values.get(key)
    if (known) known.push(value)
    else values.set(key, [value])
  }
  return values
}
