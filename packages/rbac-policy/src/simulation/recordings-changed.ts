import { canonicalJson } from '../policy-document.ts'
import type { RecordingRule } from '../recordings.ts'
import { everyone, type PolicyChange, same } from './policy-change.ts'

/** The differences between recording rules. The first matching rule decides, so their order matters. */
export function recordingsChanged(before: readonly RecordingRule[], after: readonly RecordingRule[]): PolicyChange[] {
  const [old, young] = [byId(before), byId(after)]
  const changed = [...young].filter(([id, words]) => old.get(id) !== words)
  const gone = [...old.keys()].filter((id) => !young.has(id))
  const [orderOld, orderNew] = [
    [...old.keys()].filter((id) => young.has(id)),
    [...young.keys()].filter((id) => old.has(id)),
  ]
  return [
    ...changed.map(([id, words]) => everyone('changes', `the recording rule ${id} is ${words}`)),
    ...gone.map((id) => everyone('changes', `the recording rule ${id} was removed`)),
    ...(same(orderOld, orderNew)
      ? []
      : [everyone('changes', `the order of the recording rules is ${[...young.keys()].join(', ')}`)]),
  ]
}

function byId(rules: readonly RecordingRule[]): ReadonlyMap<string, string> {
  return new Map(rules.map(({ id, ...rule }) => [id, canonicalJson(rule)]))
}
