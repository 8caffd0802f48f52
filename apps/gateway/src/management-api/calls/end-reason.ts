import type { Principal } from '@rack-gateway/rbac-policy'

/** The name of an API token ends with the name of its owner in parentheses. The reason omits the owner. */
export function endReason({ kind, name }: Pick<Principal, 'kind' | 'name'>): string {
  return `ended by ${kind === 'api-token' ? name.replace(/ \(.*\)$/, '') : name}`
}
