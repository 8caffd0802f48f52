import { readVariables, type Variable } from './env-text.ts'

export interface KeyDifference {
  readonly key: string
  /** `unknown`: both values are masked. Masks of different releases differ even if the values are equal. */
  readonly kind: 'added' | 'removed' | 'changed' | 'unknown'
  readonly before: Variable | null
  readonly after: Variable | null
}

/** The keys whose values differ or could differ, sorted. */
export function environmentDifference(before: string, after: string): readonly KeyDifference[] {
  const old = byKey(before)
  const current = byKey(after)
  return [...new Set([...old.keys(), ...current.keys()])].sort().flatMap((key) => {
    const pair = { before: old.get(key) ?? null, after: current.get(key) ?? null }
    const kind = kindOf(pair.before, pair.after)
    return kind === 'same' ? [] : [{ key, kind, ...pair }]
  })
}

function byKey(env: string): ReadonlyMap<string, Variable> {
  return new Map(readVariables(env).map((variable) => [variable.key, variable]))
}

function kindOf(before: Variable | null, after: Variable | null): KeyDifference['kind'] | 'same' {
  if (before === null) return 'added'
  if (after === null) return 'removed'
  if (before.value === after.value) return 'same'
  return before.isMasked && after.isMasked ? 'unknown' : 'changed'
}
