import { Badge } from '../../../ui/status/badge.tsx'

export function TrustState({ revokedAt }: { readonly revokedAt: string | null }) {
  return revokedAt === null ? <Badge tone="allow">Active</Badge> : <Badge tone="deny">Revoked</Badge>
}
