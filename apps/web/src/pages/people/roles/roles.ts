import { queryOptions } from '@tanstack/react-query'
import { get } from '../../../api/client.ts'

interface Role {
  readonly permissions: readonly { readonly name: string; readonly roles: readonly string[] }[]
}

export const rolesQuery = queryOptions({
  queryKey: ['/policy/matrix', 'roles'],
  async queryFn({ signal }) {
    const { roles, permissions } = await get('/policy/matrix', {}, signal)
    return roles.map(({ name, description }) => ({
      name,
      description,
      permissions: permissions.filter((one) => one.roles.includes(name)),
    }))
  },
  staleTime: 60_000,
})

/** Whether a role has a permission that none of the person's roles has. The API then denies the binding. */
export function exceeds({ permissions }: Role, ownRoles: readonly string[]): boolean {
  return permissions.some(({ roles }) => !roles.some((role) => ownRoles.includes(role)))
}

/** Whether the role has no permission for a rack. The gateway grants its own permissions only on all racks and apps. */
export function isOfGatewayOnly({ permissions }: Role): boolean {
  return permissions.length > 0 && permissions.every(({ name }) => name.startsWith('gateway:'))
}
