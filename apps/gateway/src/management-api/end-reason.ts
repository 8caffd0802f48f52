import type { Principal } from '@rack-gateway/rbac-policy'

/** Why a session ended, for lists. The name of an API token is shown without its owner, who is in the audit event. */
export function endReason({ kind, name }: Pick<Principal, 'kind' | 'name'>): string {
  return `ended by ${kind === 'api-token' ? name.replace(/ \(.*\)$/, '') : name}`
}
