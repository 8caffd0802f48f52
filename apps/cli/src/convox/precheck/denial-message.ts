import type { Decision } from '@rack-gateway/rbac-policy'
import { printable } from '../../output/terminal.ts'

/** What the person reads, and what to do: as the gateway would say it, and that nothing was started. */
export function denialMessage(command: string, decision: Decision): [reason: string, next: string] {
  const { rule, source, reason } = decision
  const next = decision.effect === 'allow' ? '' : `${decision.remedy} `
  return [
    printable(`"convox ${command}" was not started: ${reason}`),
    printable(`${next}(rule ${rule}, from ${source})`),
  ]
}
