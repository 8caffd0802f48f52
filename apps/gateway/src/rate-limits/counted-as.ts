import type { Principal } from '@rack-gateway/rbac-policy'

/**
 * The key of a principal for limits. All tokens of a person share it, and so do the jobs that a trust admits with the same subject,
 * so that another credential does not raise a limit.
 */
export function countedAs({ id, owner, trust }: Principal): string {
  if (trust !== undefined) return `${trust.id} ${trust.subject}`
  return owner?.kind === 'user' ? owner.id : id
}
