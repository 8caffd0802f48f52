import { createPauses, invalidNamePlaceholder, isVariableName, type Steps } from '@rack-gateway/convox-api'

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
export function* redactChanges(
  changes: readonly KeyChange[],
  enclosing: ReadonlyMap<string, string>,
): Steps<readonly RecordedChange[]> {
  const isPauseDue = createPauses()
  const variables: KeyChange[] = []
  const others: KeyChange[] = []
  const enclosingNames = new Set<string>()
  for (const change of changes) {
    const name = enclosing.get(change.key)
    if (name !== undefined) {
      if (isVariableName(name)) enclosingNames.add(name)
    } else if (isVariableName(change.key)) variables.push(change)
    else others.push(change)
    if (isPauseDue(change.key.length)) yield
  }
  for (const { key } of variables) enclosingNames.delete(key)
  const enclosingChanges = [...enclosingNames].map((key) => ({ key, change: 'changed' as const }))
  const [first] = others
  if (first === undefined) return [...variables, ...enclosingChanges]
  const change = others.every((other) => other.change === first.change) ? first.change : 'changed'
  return [...variables, ...enclosingChanges, { key: invalidNamePlaceholder, change, keys: others.length }]
}
