import { canonicalJson } from '../policy-document.ts'
import type { ValueRule } from '../recorded-values.ts'
import { everyone, type PolicyChange } from './policy-change.ts'

/** The differences between value rules. All matching rules apply, so their order does not matter. */
export function valuesChanged(before: readonly ValueRule[], after: readonly ValueRule[]): PolicyChange[] {
  const [old, young] = [byId(before), byId(after)]
  const changed = [...young].filter(([id, words]) => old.get(id) !== words)
  const gone = [...old.keys()].filter((id) => !young.has(id))
  return [
    ...changed.map(([id, words]) => everyone('changes', `the value rule ${id} is ${words}`)),
    ...gone.map((id) => everyone('changes', `the value rule ${id} was removed`)),
  ]
}

function byId(rules: readonly ValueRule[]): ReadonlyMap<string, string> {
  return new Map(rules.map(({ id, ...rule }) => [id, canonicalJson(rule)]))
}
