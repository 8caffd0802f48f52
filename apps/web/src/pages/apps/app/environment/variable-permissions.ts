import { compilePatterns } from '@rack-gateway/command-matcher/name-pattern'
import type { Me, PolicyMatrix } from '@rack-gateway/gateway-api'
import { useQuery } from '@tanstack/react-query'
import { matrixQuery } from '../../../../api/policy-queries.ts'
import { useMe } from '../../../../api/queries.ts'
import { useApp } from '../address/use-app.ts'

interface VariablePermissions {
  /** Whether a role of the person has the permission to reveal values. The gateway decides again at each request. */
  readonly canReveal: boolean
  /** The source of the pattern that forbids everybody to change the variable, such as `policy.yaml:12`; null: none. */
  protectedBy(key: string): string | null
}

/** Until the policy is loaded, no value can be revealed, and no key is marked as protected. */
export function useVariablePermissions(): VariablePermissions {
  const me = useMe()
  const { rack, app } = useApp()
  const { data } = useQuery(matrixQuery)
  if (data === undefined) return { canReveal: false, protectedBy: () => null }
  const patterns = data.names.protectedKeys.map(({ name, source }) => ({ matches: compilePatterns([name]), source }))
  return {
    canReveal: hasPermission(me, data, { rack, app }, 'secret:read'),
    protectedBy: (key) => patterns.find(({ matches }) => matches(key))?.source ?? null,
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
