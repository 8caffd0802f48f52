import { randomUUID } from 'node:crypto'
import type { PlannedCall } from '@rack-gateway/convox-api/commands'
import { toRequestedCall } from '../../../gateway/requested-call.ts'
import type { Target } from '../../../rack-choice/local/target.ts'
import { keptReports } from './kept-reports.ts'
import { sendKeptReports } from './send-kept-reports.ts'
import { sendReport } from './send-report.ts'

/** Milliseconds for which a stopped command waits for the gateway after its message. */
const reportTime = 500

export interface StoppedCall {
  readonly configPath: string
  readonly target: Target
  /** The gateway's name of the rack. */
  readonly rack: string
  /** The ID of the principal. */
  readonly principal: string
  readonly call: PlannedCall
  /** The gateway's time, in milliseconds since the epoch. */
  readonly at: number
  /** Called if the gateway does not answer soon. */
  containsSecret(): Promise<boolean>
}

/**
 * Reports a call that was not sent, so that the audit log has it. If the gateway does not answer soon, keeps the report
 * for a later command, unless the command contains a secret. Never rejects.
 */
export async function reportStoppedCall(stopped: StoppedCall): Promise<void> {
  const { configPath, target, rack, principal, call, at, containsSecret } = stopped
  const report = {
    id: randomUUID(),
    principal,
    rack,
    at: new Date(at).toISOString(),
    call: toRequestedCall(call),
  }
  const kept = keptReports(configPath, target.origin)
  const signal = AbortSignal.timeout(reportTime)
  if (await sendReport(target, report, signal)) await sendKeptReports({ target, kept, principal, signal })
  else if (!(await containsSecret())) kept.keep(report)
}
