import { Link } from '@tanstack/react-router'
import { can } from '../../../api/can.ts'
import { useMe } from '../../../api/queries.ts'

/** Leads to the events of a person or a program. Empty for a person who cannot read the audit log. */
export function AuditLink({ actor }: { readonly actor: string }) {
  if (!can(useMe(), 'gateway:audit:read')) return null
  const quoted = /[\s"\\]/.test(actor) ? `"${actor.replace(/["\\]/g, '\\$&')}"` : actor
  return (
    <Link to="/audit" search={{ q: `actor:${quoted}` }}>
      Events in the audit log
    </Link>
  )
}
