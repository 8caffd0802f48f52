import { actorName } from '../model/actor-name.ts'
import type { Principal } from '../model/types.ts'

const accountEntry = /^(?:service-account|trust):[\x21-\x7e](?:[\x20-\x7e]{0,298}[\x21-\x7e])?$/
/** `token:NAME (OWNER)`. Neither part has a parenthesis, so a chosen name cannot imitate another owner. */
const tokenEntry = /^token:[!-'*-~](?:[ -'*-~]{0,298}[!-'*-~])? \([!-'*-~](?:[ -'*-~]{0,298}[!-'*-~])?\)$/

/** Whether an entry of `except` has a valid form. */
export function isException(entry: string): boolean {
  return accountEntry.test(entry) || tokenEntry.test(entry)
}

/** The entry that excepts a principal. Null for users, and if the trust or the owner is unknown. */
export function exceptionOf({ kind, name, owner, trust }: Principal): string | null {
  if (kind === 'workload') return trust === undefined ? null : `trust:${trust.name}`
  if (kind !== 'api-token' || owner === null) return null
  return owner.kind === 'service-account' ? `service-account:${owner.name}` : name
}

/** A job is identified by its trust, because it chooses its own name. */
export function compileExceptions(entries: readonly string[]): (principal: Principal) => boolean {
  const named = new Set(entries.filter(isException))
  return function isExcepted({ kind, name, owner, trust }) {
    if (named.size === 0) return false
    if (kind === 'workload') return trust !== undefined && named.has(`trust:${trust.name}`)
    if (kind !== 'api-token' || owner === null) return false
    if (owner.kind === 'service-account' && named.has(`service-account:${owner.name}`)) return true
    return name.startsWith('token:') && named.has(name) && name.endsWith(ownerPart(owner))
  }
}

/**
 * The end of a token's displayed name, such as ` (ada@example.com)`. `actorName` does not change a stored name that
 * begins with `token:`, so only this comparison keeps such a name from imitating an owner.
 */
function ownerPart({ kind, name }: NonNullable<Principal['owner']>): string {
  return actorName({ kind: 'api-token', name: '', owner: { kind, name } }).slice('token:'.length)
}
