export interface HealthSearch {
  /** The filter of the configuration. */
  readonly q?: string
}

/** The router reads q=7 as a number. */
export function validateHealthSearch({ q }: Record<string, unknown>): HealthSearch {
  const text = typeof q === 'string' || typeof q === 'number' ? `${q}` : ''
  return text === '' ? {} : { q: text }
}
