import { canonicalJson } from '../policy-document/policy-document.ts'
import type { ValueRule } from '../policy-document/recorded-values.ts'
import type { RecordingRule } from '../policy-document/recordings.ts'
import { changeForEveryone, isEqual, type PolicyChange } from './policy-change.ts'

/** All matching rules apply, so the order of the rules does not matter. */
export function valuesChanged(before: readonly ValueRule[], after: readonly ValueRule[]): PolicyChange[] {
  return rulesChanged('value', before, after)
}

/** The first matching rule decides, so the order of the rules matters. */
export function recordingsChanged(before: readonly RecordingRule[], after: readonly RecordingRule[]): PolicyChange[] {
  const order = `the order of the recording rules is ${after.map(({ id }) => id).join(', ')}`
  return [
    ...rulesChanged('recording', before, after),
    ...(isEqual(idsAlsoIn(after, before), idsAlsoIn(before, after)) ? [] : [changeForEveryone('changes', order)]),
  ]
}

interface Rule {
  readonly id: string
}

function rulesChanged(noun: string, before: readonly Rule[], after: readonly Rule[]): PolicyChange[] {
  const [older, newer] = [byId(before), byId(after)]
  const changed = [...newer].filter(([id, words]) => older.get(id) !== words)
  const removed = [...older.keys()].filter((id) => !newer.has(id))
  return [
    ...changed.map(([id, words]) => changeForEveryone('changes', `the ${noun} rule ${id} is ${words}`)),
    ...removed.map((id) => changeForEveryone('changes', `the ${noun} rule ${id} was removed`)),
  ]
}

function byId(rules: readonly Rule[]): ReadonlyMap<string, string> {
  return new Map(rules.map(({ id, ...rule }) => [id, canonicalJson(rule)]))
}

function idsAlsoIn(others: readonly Rule[], rules: readonly Rule[]): string[] {
  const known = new Set(others.map(({ id }) => id))
  return rules.map(({ id }) => id).filter((id) => known.has(id))
}
