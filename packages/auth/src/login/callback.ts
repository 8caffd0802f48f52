export type Callback =
  | { readonly kind: 'code'; readonly state: string; readonly code: string; readonly iss: string | null }
  | { readonly kind: 'error'; readonly state: string; readonly error: string }
  | { readonly kind: 'broken'; readonly state: string }

const maxLength = 4_096

/** Null without a valid state. */
export function readCallback(query: unknown): Callback | null {
  const values = query as Readonly<Record<string, unknown>>
  const state = textOf(values.state)
  if (state === null) return null
  if (values.error !== undefined) return { kind: 'error', state, error: errorOf(values) }
  const code = textOf(values.code)
  const iss = values.iss === undefined ? null : textOf(values.iss)
  if (code === null || (iss === null && values.iss !== undefined)) return { kind: 'broken', state }
  return { kind: 'code', state, code, iss }
}

/** Untrusted, because the error comes from the URL. */
function errorOf({ error, error_description: description }: Readonly<Record<string, unknown>>): string {
  return [error, description].flatMap((value) => textOf(value)?.slice(0, 300) ?? []).join(': ')
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' && value.length <= maxLength ? value : null
}
