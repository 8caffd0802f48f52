import type { Context } from '../../../context.ts'
import type { Target } from '../../../target.ts'
import { askAudit } from '../audit-api.ts'

export interface EndSession {
  readonly id: string
  readonly reason: string
}

/** Ends a session, whichever gateway process it runs in. */
export async function endSession(context: Context, target: Target, { id, reason }: EndSession): Promise<void> {
  await askAudit(target, `/recordings/${encodeURIComponent(id)}/end`, { send: { reason } })
  context.note('the session is being ended')
}
