import { compilePatterns } from '@rack-gateway/command-matcher/name-pattern'
import type { Me, PolicyMatrix } from '@rack-gateway/gateway-api'
import { useQuery } from '@tanstack/react-query'
import { useMe } from '../../../../api/queries.ts'
import { matrixQuery } from '../../../../api/policy-queries.ts'
import { useApp } from '../address/use-app.ts'

interface VariablePermissions {
  /** Whether a role of the person has the permission to reveal values. The gateway decides again at each request. */
  readonly canReveal: boolean
  /** Whether the policy forbids everybody to change the variable. */
  isProtected(key: string): boolean
}

/** Until the policy is loaded, no value can be revealed, and no key is marked as protected. */
export function useVariablePermissions(): VariablePermissions {
  const me = useMe()
  const { rack, app } = useApp()
  const { data } = useQuery(matrixQuery)
  if (data === undefined) return { canReveal: false, isProtected: () => false }
  return {
    canReveal: hasPermission(me, data, { rack, app }, 'secret:read'),
    isProtected: compilePatterns(data.names.protectedKeys.map(({ name }) => name)),
  }
}

/** Ignores conditions of the policy, such as the time of day. */
export function hasPermission(
  { access = [] }: Pick<Me, 'access'>,
  { permissions }: Pick<PolicyMatrix, 'permissions'>,
  { rack, app }: { readonly rack: string; readonly app: string },
  permission: string,
): boolean {
  const roles = permissions.find(({ name }) => name === permission)?.roles ?? []
  return access.some(
    ({ role, racks, apps }) => roles.includes(role) && compilePatterns([racks])(rack) && compilePatterns([apps])(app),
  )
}
