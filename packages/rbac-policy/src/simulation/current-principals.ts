import type { Binding, Principal } from '../model/types.ts'
import { type CurrentAccess, keyOfSubject, toBinding } from './current-access.ts'

export interface CurrentPrincipals {
  /**
   * The recorded caller with the bindings in force. Each caller is one object, because a policy compiles the bindings of
   * each object once.
   *
   * @returns null if they are unknown, and for CI jobs
   */
  find(recorded: Principal): Principal | null
}

export function createCurrentPrincipals({ bindings, subjects, complete }: CurrentAccess): CurrentPrincipals {
  const active = new Set(subjects.filter(({ suspended }) => !suspended).map(({ kind, id }) => `${kind} ${id}`))
  const bindingsOf = new Map<string, Binding[]>()
  for (const one of bindings) {
    const key = keyOfSubject(one)
    const own = bindingsOf.get(key) ?? []
    own.push(toBinding(one))
    bindingsOf.set(key, own)
  }
  const found = new Map<string, Principal>()

  function withCurrentBindings(principal: Principal, key: string): Principal | null {
    const { owner } = principal
    const ownerKey = owner && `${owner.kind} ${owner.id}`
    if (!active.has(key) || (ownerKey !== null && !active.has(ownerKey))) return null
    return {
      ...principal,
      bindings: bindingsOf.get(key) ?? [],
      owner: owner && { ...owner, bindings: bindingsOf.get(ownerKey ?? '') ?? [] },
    }
  }

  return {
    find(principal) {
      if (!complete || principal.kind === 'workload') return null
      const key = `${principal.kind} ${principal.id}`
      const known = found.get(key) ?? withCurrentBindings(principal, key)
      if (known !== null) found.set(key, known)
      return known
    },
  }
}
