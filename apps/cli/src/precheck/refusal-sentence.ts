import type { Decision } from '@rack-gateway/rbac-policy'
import { printable } from '../terminal.ts'

/** What the person reads: as the gateway would say it, and that nothing was started. */
export function refusalSentence(command: string, decision: Decision): string {
  const { rule, source, reason } = decision
  const next = decision.effect === 'allow' ? '' : ` ${decision.next}`
  return printable(`"convox ${command}" was not started: ${reason}${next} (rule ${rule}, from ${source})`)
}
