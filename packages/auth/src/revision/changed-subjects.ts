import type { Principal } from '@rack-gateway/rbac-policy'

/** The subjects whose identity changed since the previous revision. */
export interface ChangedSubjects {
  /** IDs of users, service accounts, sessions, API tokens, trusts, and workload sessions. */
  readonly ids: ReadonlySet<string>
  readonly groups: ReadonlySet<string>
  /** Whether `ids` contains the ID of a trust. */
  readonly hasTrusts: boolean
}

/** @param texts each `<kind>:<ID or name>`, as the database's triggers write them */
export function readSubjects(texts: Iterable<string>): ChangedSubjects {
  const ids = new Set<string>()
  const groups = new Set<string>()
  let hasTrusts = false
  for (const text of texts) {
    const colon = text.indexOf(':')
    const [kind, id] = [text.slice(0, colon), text.slice(colon + 1)]
    if (kind === 'group') groups.add(id)
    else ids.add(id)
    hasTrusts ||= kind === 'trust'
  }
  return { ids, groups, hasTrusts }
}

export function affects({ ids, groups }: ChangedSubjects, principal: Principal): boolean {
  const { id, credential, owner, trust } = principal
  if (ids.has(id) || ids.has(credential)) return true
  if ((owner && ids.has(owner.id)) || (trust && ids.has(trust.id))) return true
  return groups.size > 0 && principal.groups.some((group) => groups.has(group))
}
