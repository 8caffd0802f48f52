import { canonicalJson } from '../policy-document.ts'
import type { RecordingRule } from '../recordings.ts'
import { changeForEveryone, isEqual, type PolicyChange } from './policy-change.ts'

/** The first matching rule decides, so the order of the rules matters. */
export function recordingsChanged(before: readonly RecordingRule[], after: readonly RecordingRule[]): PolicyChange[] {
  const [older, newer] = [byId(before), byId(after)]
  const changed = [...newer].filter(([id, words]) => older.get(id) !== words)
  const removed = [...older.keys()].filter((id) => !newer.has(id))
  const [orderOld, orderNew] = [
    [...older.keys()].filter((id) => newer.has(id)),
    [...newer.keys()].filter((id) => older.has(id)),
  ]
  return [
    ...changed.map(([id, words]) => changeForEveryone('changes', `the recording rule ${id} is ${words}`)),
    ...removed.map((id) => changeForEveryone('changes', `the recording rule ${id} was removed`)),
    ...(isEqual(orderOld, orderNew)
      ? []
      : [changeForEveryone('changes', `the order of the recording rules is ${[...newer.keys()].join(', ')}`)]),
  ]
}

function byId(rules: readonly RecordingRule[]): ReadonlyMap<string, string> {
  return new Map(rules.map(({ id, ...rule }) => [id, canonicalJson(rule)]))
}
