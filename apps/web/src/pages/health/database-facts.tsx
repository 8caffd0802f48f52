import type { Health } from '@rack-gateway/gateway-api'
import { Badge } from '../../ui/badge.tsx'
import { Facts } from '../../ui/facts.tsx'

const protections: Readonly<Record<string, string>> = {
  prevented: 'Prevented: the runtime login cannot change events',
  detected: 'Detected, not prevented: the runtime login could change events',
}

export function DatabaseFacts({ database }: { readonly database: Health['database'] }) {
  const { reachable, version, login, latencyMs, tampering } = database
  if (!reachable) return <Badge tone="deny">Not reachable</Badge>
  return (
    <Facts
      isWide
      facts={[
        ['State', <Badge key="state" tone="allow">{`Reachable in ${latencyMs} ms`}</Badge>],
        ['PostgreSQL', version],
        ['Login', <code key="login">{login}</code>],
        ['Tampering', protections[tampering ?? ''] ?? tampering],
      ]}
    />
  )
}
