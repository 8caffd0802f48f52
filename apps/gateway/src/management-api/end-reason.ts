import type { Principal } from '@rack-gateway/rbac-policy'

/** The name of an API token is shown without its owner, whom it contains in parentheses. */
export function endReason({ kind, name }: Pick<Principal, 'kind' | 'name'>): string {
  return `ended by ${kind === 'api-token' ? name.replace(/ \(.*\)$/, '') : name}`
}
