import { isUuid } from '@rack-gateway/audit/uuid'
import type { Policy, Principal } from '@rack-gateway/rbac-policy'
import { NotPermitted, refusedBy } from '../errors.ts'

interface Asker {
  readonly policy: Pick<Policy, 'hash'>
  readonly principal: Principal
  readonly others: boolean
  reaches(own: boolean): boolean
}

/** Whose things a list shows: null for everybody's. @throws NotPermitted for what is of others */
export function whoseList(
  { policy, principal, others, reaches }: Asker,
  wanted: string | undefined,
  permission: string,
): string | null {
  const own = principal.kind === 'user' ? principal.id : null
  const id = wanted === 'me' ? own : (wanted ?? (others ? undefined : own))
  if (id !== null && reaches(id === own)) return id === undefined ? null : checkedId(id)
  throw refusedBy(NotPermitted, {
    rule: 'no-permission',
    source: 'bindings',
    policy: policy.hash,
    ...whyNot(own, others, permission),
  })
}

function whyNot(own: string | null, others: boolean, permission: string): { reason: string; next: string } {
  if (own !== null)
    return { reason: 'You see what is yours.', next: `For what is of others ask an administrator for ${permission}.` }
  if (others)
    return { reason: 'A token or job has none of its own.', next: 'Ask for those of everybody, or of one person.' }
  return {
    reason: `A token or job has none of its own, and this one does not hold ${permission} for those of others.`,
    next: 'Ask an administrator of the gateway.',
  }
}

/** Anything but a UUID is nobody's. */
function checkedId(id: string): string {
  return isUuid(id) ? id : '00000000-0000-0000-0000-000000000000'
}
