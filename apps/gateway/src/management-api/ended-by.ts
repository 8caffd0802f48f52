import type { Principal } from '@rack-gateway/rbac-policy'

/** Why somebody's session ended, for its list. An API token is named without its owner, who is in the event. */
export function endedBy({ kind, name }: Pick<Principal, 'kind' | 'name'>): string {
  return `ended by ${kind === 'api-token' ? name.replace(/ \(.*\)$/, '') : name}`
}
