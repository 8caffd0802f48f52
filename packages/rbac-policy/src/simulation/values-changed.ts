import { canonicalJson } from '../policy-document.ts'
import type { ValueRule } from '../recorded-values.ts'
import { changeForEveryone, type PolicyChange } from './policy-change.ts'

/** All matching rules apply, so the order of the rules does not matter. */
export function valuesChanged(before: readonly ValueRule[], after: readonly ValueRule[]): PolicyChange[] {
  const [older, newer] = [byId(before), byId(after)]
  const changed = [...newer].filter(([id, words]) => older.get(id) !== words)
  const removed = [...older.keys()].filter((id) => !newer.has(id))
  return [
    ...changed.map(([id, words]) => changeForEveryone('changes', `the value rule ${id} is ${words}`)),
    ...removed.map((id) => changeForEveryone('changes', `the value rule ${id} was removed`)),
  ]
}

function byId(rules: readonly ValueRule[]): ReadonlyMap<string, string> {
  return new Map(rules.map(({ id, ...rule }) => [id, canonicalJson(rule)]))
}
