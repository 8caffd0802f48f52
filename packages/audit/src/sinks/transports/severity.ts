import type { AuditEvent } from '../../events/event.ts'

export type Severity = 'info' | 'notice' | 'warning'

export function severityOf({ kind, decision }: AuditEvent): Severity {
  if (decision?.effect === 'deny' || kind.endsWith('.failed') || kind.endsWith('.rejected')) return 'warning'
  return decision?.effect === 'require' || kind.startsWith('stream.') ? 'notice' : 'info'
}
