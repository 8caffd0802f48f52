import { useQuery } from '@tanstack/react-query'
import { can } from '../../../api/can.ts'
import { get } from '../../../api/client.ts'
import { useMe } from '../../../api/queries.ts'
import { VisibleText } from '../../../ui/visible-text.tsx'

/**
 * The email address of a user. Shows the ID until the user is loaded, if there is no such user, and if the person cannot read
 * users.
 */
export function UserName({ id }: { readonly id: string }) {
  const isAllowed = can(useMe(), 'gateway:user:write')
  const { data } = useQuery({
    queryKey: ['/users', id],
    queryFn: ({ signal }) => get('/users/{id}', { id }, signal),
    enabled: isAllowed,
  })
  return <VisibleText>{data?.email ?? id}</VisibleText>
}
