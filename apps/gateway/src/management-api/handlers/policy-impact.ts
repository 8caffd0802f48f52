import type { Handlers } from '../call.ts'
import { readSince } from '../read-since.ts'

export const policyImpactHandlers: Handlers<'studyPolicy'> = {
  async studyPolicy({ policy, studies, body, moment, record, disconnected }) {
    const { document: current, hash } = policy
    const until = moment.at
    const since = readSince(body.since, until)
    const { proposed, impact, cut } = await studies.study({
      current,
      proposed: body.document,
      since,
      until,
      disconnected: disconnected(),
      onBegin: (proposed) =>
        record({ kind: 'policy.studied', detail: { policy: hash, proposed, since: time(since), until: time(until) } }),
    })
    return {
      policy: hash,
      proposed,
      since: time(since),
      until: time(until),
      ...impact,
      changes: [...impact.changes],
      stepUp: { ...impact.stepUp, requirements: [...impact.stepUp.requirements] },
      cut: cut && { by: cut.by, from: time(cut.from) },
    }
  },
}

function time(at: number): string {
  return new Date(at).toISOString()
}
