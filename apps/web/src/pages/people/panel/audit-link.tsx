import { Link } from '@tanstack/react-router'
import { can } from '../../../api/can.ts'
import { useMe } from '../../../api/queries.ts'

export function AuditLink({ actor }: { readonly actor: string }) {
  if (!can(useMe(), 'gateway:audit:read')) return null
  const quoted = /[\s"\\]/.test(actor) ? `"${actor.replace(/["\\]/g, '\\$&')}"` : actor
  return (
    <Link to="/audit" search={{ q: `actor:${quoted}` }}>
      Events in the audit log
    </Link>
  )
}
