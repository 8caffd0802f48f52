import type { Target } from '../../../rack-choice/local/target.ts'
import { type KeptReports, keptReports } from './kept-reports.ts'
import { sendReport } from './send-report.ts'

/** Milliseconds for which a short command waits. */
const shortTime = 300

interface KeptReportsOptions {
  readonly target: Target
  readonly kept: KeptReports
  /** The ID of the principal. */
  readonly principal: string
  readonly signal: AbortSignal
}

/** Stops at the first report that the gateway does not receive, and keeps it. Never rejects. */
export async function sendKeptReports({ target, kept, principal, signal }: KeptReportsOptions): Promise<void> {
  while (!signal.aborted) {
    const report = kept.take(principal)
    if (report === null) return
    if (await sendReport(target, report, signal)) continue
    kept.keep(report)
    return
  }
}

/** Sends reports of earlier commands while convox runs, or for `shortTime` if that is longer. Never rejects. */
export async function sendKeptReportsUntil(
  ended: Promise<void>,
  {
    configPath,
    target,
    principal,
  }: { readonly configPath: string; readonly target: Target; readonly principal: string },
): Promise<void> {
  const controller = new AbortController()
  const timer = setTimeout(() => void ended.then(() => controller.abort()), shortTime)
  const kept = keptReports(configPath, target.origin)
  await sendKeptReports({ target, kept, principal, signal: controller.signal })
  clearTimeout(timer)
}
