import { invalidNamePlaceholder, isVariableName } from '@rack-gateway/convox-api'

/** What happens to one key. Its values are nobody's business here. */
export interface KeyChange {
  readonly key: string
  readonly change: 'added' | 'removed' | 'changed'
}

/** A change as events have it. */
export interface RecordedChange extends KeyChange {
  /** How many keys it is for, where these are no names of variables. */
  readonly keys?: number
}

/**
 * Changes without any part of a secret of several lines, whose lines the rack takes for keys: the last line of base64 has the
 * name of its variable, and what is no name of a variable is counted.
 *
 * @param owners see `keysInsideValues`
 */
export function createRecordedChanges(
  changes: readonly KeyChange[],
  owners: ReadonlyMap<string, string>,
): readonly RecordedChange[] {
  const own = changes.filter(({ key }) => !owners.has(key) && isVariableName(key))
  const names = new Set(own.map(({ key }) => key))
  const ofOwners = new Set(changes.flatMap(({ key }) => owners.get(key) ?? []).filter((key) => !names.has(key)))
  const owned = [...ofOwners].filter(isVariableName).map((key) => ({ key, change: 'changed' as const }))
  const others = changes.filter(({ key }) => !owners.has(key) && !isVariableName(key))
  const [first] = others
  if (first === undefined) return [...own, ...owned]
  const change = others.every((other) => other.change === first.change) ? first.change : 'changed'
  return [...own, ...owned, { key: invalidNamePlaceholder, change, keys: others.length }]
}
