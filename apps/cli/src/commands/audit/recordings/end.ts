import type { Context } from '../../../context.ts'
import { callGateway } from '../../../gateway/gateway-api.ts'
import { confirm } from '../../../output/confirm.ts'
import { safeJson } from '../../../output/safe-json.ts'
import type { Target } from '../../../target/target.ts'
import { Recording } from './list.ts'
import { noRecording } from './no-recording.ts'

export interface EndSession {
  readonly id: string
  readonly reason: string
  readonly yes: boolean
  readonly format: 'text' | 'json'
}

/** Ends a session, whichever gateway process it runs in. */
export async function endSession(context: Context, target: Target, end: EndSession): Promise<void> {
  const { id, reason, yes, format } = end
  await confirm(context, `end the session ${id} for whoever is in it`, { yes })
  const path = `/recordings/${encodeURIComponent(id)}/end` as const
  const recording = await callGateway(target, { path, body: { reason }, answer: Recording, missing: noRecording(id) })
  context.note('the session is being ended')
  if (format === 'json') context.print(safeJson(recording, 2))
}
