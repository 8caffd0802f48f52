import { invalidNamePlaceholder, isVariableName } from '@rack-gateway/convox-api'

/** A change of one key, without its values. */
export interface KeyChange {
  readonly key: string
  readonly change: 'added' | 'removed' | 'changed'
}

/** A change as recorded in events. */
export interface RecordedChange extends KeyChange {
  /** How many keys it is for, where these are no names of variables. */
  readonly keys?: number
}

/**
 * Removes parts of secrets from changes. The rack reads each line of a secret with several lines as a key. The last line of
 * Base64 is recorded under the name of its variable; everything else that is not a name of a variable is only counted.
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
