import { decodeUtf8 } from './bytes.ts'
import type { Form, Values } from './form.ts'
import { firstHeader, type RawHeaders } from './headers.ts'

export interface ParameterSources {
  /** Headers in which the SDK sends options. Only the first value counts. */
  readonly header?: readonly string[]
  readonly query?: readonly string[]
  /** `r.Form`: body and query. */
  readonly form?: readonly string[]
  /** Read like `form`. If the result is missing or empty, the header of that name is read. */
  readonly value?: readonly string[]
  /** As `value`, but a URL-encoded body takes precedence for every method. */
  readonly bodyOrValue?: readonly string[]
}

/** The handler's parameters by name. Absent parameters have no entry. */
export type Parameters = Readonly<Record<string, string>>

export function readParameters(sources: ParameterSources, form: Form, headers: RawHeaders): Parameters {
  const found: Record<string, string> = Object.create(null)
  for (const name of sources.header ?? []) setIfPresent(found, name, header(headers, name))
  for (const name of sources.query ?? []) setIfPresent(found, name, first(form.query, name))
  for (const name of sources.form ?? []) setIfPresent(found, name, first(form.values, name))
  for (const name of sources.value ?? []) setIfPresent(found, name, first(form.values, name) || header(headers, name))
  for (const name of sources.bodyOrValue ?? []) {
    setIfPresent(found, name, first(form.body, name) || first(form.values, name) || header(headers, name))
  }
  return found
}

function setIfPresent(found: Record<string, string>, name: string, value: string | null): void {
  if (value !== null) found[name] = value
}

function first(values: Values, name: string): string | null {
  return values.get(name)?.[0] ?? null
}

function header(headers: RawHeaders, name: string): string | null {
  const value = firstHeader(headers, name)
  return value === null ? null : decodeUtf8(value)
}
