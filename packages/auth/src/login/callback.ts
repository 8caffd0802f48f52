export type Callback =
  | { readonly kind: 'code'; readonly state: string; readonly code: string; readonly iss: string | null }
  | { readonly kind: 'error'; readonly state: string; readonly error: string }
  | { readonly kind: 'broken'; readonly state: string }

const longest = 4_096

/** What the provider sent with the browser; null without a state. What is there twice, or huge, counts as broken. */
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

/** The provider's words, which anybody could have put there. */
function errorOf({ error, error_description: description }: Readonly<Record<string, unknown>>): string {
  return [error, description].flatMap((value) => textOf(value)?.slice(0, 300) ?? []).join(': ')
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' && value.length <= longest ? value : null
}
