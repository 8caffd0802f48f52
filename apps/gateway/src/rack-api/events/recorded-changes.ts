import { invalidNamePlaceholder, isVariableName } from '@rack-gateway/convox-api'

/** A change of one key, without its values. */
export interface KeyChange {
  readonly key: string
  readonly change: 'added' | 'removed' | 'changed'
}

export interface RecordedChange extends KeyChange {
  /** The number of keys that this change combines. Only for keys that are not variable names. */
  readonly keys?: number
}

/**
 * A key can be a part of a multi-line secret, because the rack reads every line with `=` as a variable.
 * A change of a key in `enclosing` is recorded for the variable whose value contains the key.
 * Other keys that are not variable names are only counted.
 *
 * @param enclosing maps a key to the variable whose value contains the key; see `keysInsideValues`
 */
export function redactChanges(
  changes: readonly KeyChange[],
  enclosing: ReadonlyMap<string, string>,
): readonly RecordedChange[] {
  const variables = changes.filter(({ key }) => !enclosing.has(key) && isVariableName(key))
  const names = new Set(variables.map(({ key }) => key))
  const enclosingNames = new Set(
    changes.flatMap(({ key }) => enclosing.get(key) ?? []).filter((name) => !names.has(name) && isVariableName(name)),
  )
  const enclosingChanges = [...enclosingNames].map((key) => ({ key, change: 'changed' as const }))
  const others = changes.filter(({ key }) => !enclosing.has(key) && !isVariableName(key))
  const [first] = others
  if (first === undefined) return [...variables, ...enclosingChanges]
  const change = others.every((other) => other.change === first.change) ? first.change : 'changed'
  return [...variables, ...enclosingChanges, { key: invalidNamePlaceholder, change, keys: others.length }]
}
