import type { Context } from '../../../context.ts'
import type { Target } from '../../../target.ts'
import { askAuditJson } from '../audit-api.ts'

export interface EndSession {
  readonly id: string
  readonly reason: string
}

/** Ends a session, whichever gateway process it runs in. */
export async function endSession(context: Context, target: Target, { id, reason }: EndSession): Promise<void> {
  await askAuditJson(target, `/recordings/${encodeURIComponent(id)}/end`, { reason })
  context.note('the session is being ended')
}
