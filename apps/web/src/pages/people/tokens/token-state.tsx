import type { Token } from '@rack-gateway/gateway-api'
import { Badge } from '../../../ui/status/badge.tsx'

type State = 'active' | 'revoked' | 'expired'

export function tokenState({ revokedAt, expiresAt }: Pick<Token, 'revokedAt' | 'expiresAt'>): State {
  if (revokedAt !== null) return 'revoked'
  return Date.parse(expiresAt) > Date.now() ? 'active' : 'expired'
}

interface TokenStateProps {
  readonly token: Pick<Token, 'revokedAt' | 'expiresAt'>
  /** Whether the owner is known to be locked or disabled. */
  readonly isStopped?: boolean
}

export function TokenState({ token, isStopped = false }: TokenStateProps) {
  const state = tokenState(token)
  if (state === 'active' && isStopped) return <Badge tone="warn">Owner locked or disabled</Badge>
  if (state === 'active') return <Badge tone="allow">Active</Badge>
  return <Badge tone={state === 'revoked' ? 'deny' : 'neutral'}>{state === 'revoked' ? 'Revoked' : 'Expired'}</Badge>
}
