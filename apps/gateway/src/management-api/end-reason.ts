import type { Principal } from '@rack-gateway/rbac-policy'

/** Omits the owner of an API token, whose name is at the end of the token's name, in parentheses. */
export function endReason({ kind, name }: Pick<Principal, 'kind' | 'name'>): string {
  return `ended by ${kind === 'api-token' ? name.replace(/ \(.*\)$/, '') : name}`
}
