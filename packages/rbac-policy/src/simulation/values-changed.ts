import { canonicalJson } from '../policy-document.ts'
import type { ValueRule } from '../recorded-values.ts'
import { everyone, type PolicyChange } from './policy-change.ts'

/** What changes for which values are recorded. All rules count, so their order doesn't. */
export function valuesChanged(before: readonly ValueRule[], after: readonly ValueRule[]): PolicyChange[] {
  const [old, young] = [byId(before), byId(after)]
  const changed = [...young].filter(([id, words]) => old.get(id) !== words)
  const gone = [...old.keys()].filter((id) => !young.has(id))
  return [
    ...changed.map(([id, words]) => everyone('changes', `the value rule ${id} is ${words}`)),
    ...gone.map((id) => everyone('changes', `the value rule ${id} is gone`)),
  ]
}

function byId(rules: readonly ValueRule[]): ReadonlyMap<string, string> {
  return new Map(rules.map(({ id, ...rule }) => [id, canonicalJson(rule)]))
}
