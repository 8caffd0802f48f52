import type { Principal } from '@rack-gateway/rbac-policy'
import type { PrincipalCall } from './call.ts'

type Row = NonNullable<Awaited<ReturnType<PrincipalCall['lists']['liveCall']>>>

export function isOwnCall(row: Row, { kind, id }: Principal): boolean {
  return row.principal === id || (kind === 'user' && row.owner === id)
}

export function toLiveCallResponse(row: Row, caller: Principal) {
  const { startedAt, principal, principalKind, principalName, owner: _, opened: __, ...call } = row
  return {
    ...call,
    startedAt: startedAt.toISOString(),
    principal: { kind: principalKind, id: principal, name: principalName },
    own: isOwnCall(row, caller),
  }
}
