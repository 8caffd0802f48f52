import type { Token } from '@rack-gateway/gateway-api'
import { Badge } from '../../../ui/badge.tsx'

type State = 'active' | 'revoked' | 'expired'

export function tokenState({ revokedAt, expiresAt }: Pick<Token, 'revokedAt' | 'expiresAt'>): State {
  if (revokedAt !== null) return 'revoked'
  return Date.parse(expiresAt) > Date.now() ? 'active' : 'expired'
}

export function TokenState({ token }: { readonly token: Pick<Token, 'revokedAt' | 'expiresAt'> }) {
  const state = tokenState(token)
  if (state === 'active') return <Badge tone="allow">Active</Badge>
  return <Badge tone={state === 'revoked' ? 'deny' : 'neutral'}>{state === 'revoked' ? 'Revoked' : 'Expired'}</Badge>
}
