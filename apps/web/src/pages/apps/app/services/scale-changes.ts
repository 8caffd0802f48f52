export interface Scale {
  readonly count: number
  readonly cpu: number
  readonly memory: number
}

type Typed = Readonly<Record<keyof Scale, string>>
type Changes = { readonly [N in keyof Scale]?: number }

/** Only the changed values; null if a typed value is not a whole number of at most six digits. */
export function scaleChanges(current: Scale, typed: Typed): Changes | null {
  const names = ['count', 'cpu', 'memory'] as const
  if (!names.every((name) => /^\d{1,6}$/.test(typed[name]))) return null
  return Object.fromEntries(
    names.filter((name) => Number(typed[name]) !== current[name]).map((name) => [name, Number(typed[name])]),
  )
}
