import type { Principal } from '../model/types.ts'
import {
  compileBindingsWithRole,
  compilePrincipalBindings,
  type PrincipalBindings,
  unlimitedBinding,
} from './compiled-bindings.ts'
import { type CompiledGrant, compileGrants, grantedRole } from './compiled-grants.ts'
import type { CompiledRole } from './compiled-role.ts'

/** What a principal has, compiled when it is needed. */
export interface CompiledPrincipal {
  readonly bindings: PrincipalBindings
  /** The one that ends first at first. */
  grants(): readonly CompiledGrant[]
  /** The bindings that a user would have with a grant of a role; null if the policy has no such role. */
  bindingsWith(role: string): PrincipalBindings | null
}

/** Caches what it compiles under the principal object. So a changed principal must be a new object. */
export function createPrincipalCompiler(
  roles: ReadonlyMap<string, CompiledRole>,
): (principal: Principal) => CompiledPrincipal {
  const cache = new WeakMap<Principal, CompiledPrincipal>()

  return function compiledPrincipalOf(principal) {
    const found = cache.get(principal)
    if (found) return found
    const created = compilePrincipal(principal, roles)
    cache.set(principal, created)
    return created
  }
}

const noGrants: readonly CompiledGrant[] = Object.freeze([])

function compilePrincipal(principal: Principal, roles: ReadonlyMap<string, CompiledRole>): CompiledPrincipal {
  const possible = new Map<string, PrincipalBindings>()
  let grants: readonly CompiledGrant[] | null = principal.grants === undefined ? noGrants : null

  return {
    bindings: compilePrincipalBindings(principal, roles),
    grants() {
      grants ??= compileGrants(principal, roles)
      return grants
    },
    bindingsWith(name) {
      const found = possible.get(name)
      if (found !== undefined) return found
      const role = roles.get(name)
      if (role === undefined) return null
      const created = compileBindingsWithRole(principal, roles, {
        role: grantedRole(role),
        bindings: [unlimitedBinding(name)],
      })
      possible.set(name, created)
      return created
    },
  }
}
