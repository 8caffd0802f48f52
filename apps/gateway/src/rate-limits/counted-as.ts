import type { Principal } from '@rack-gateway/rbac-policy'

/**
 * The key of a principal for limits. All tokens of a person share one key, so that another token does not raise a limit.
 * For the same reason, jobs share a key if the same trust admits them with the same subject.
 */
export function countedAs({ id, owner, trust }: Principal): string {
  if (trust !== undefined) return `${trust.id} ${trust.subject}`
  return owner?.kind === 'user' ? owner.id : id
}
