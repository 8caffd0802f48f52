import type { Principal } from '@rack-gateway/rbac-policy'

/**
 * All tokens of a person share one key for limits, so that another token does not raise a limit.
 * For the same reason, jobs share a key if the same trust admits them with the same subject.
 */
export function limitKeyOf({ id, owner, trust }: Principal): string {
  if (trust !== undefined) return `${trust.id} ${trust.subject}`
  return owner?.kind === 'user' ? owner.id : id
}
