import { useQuery } from '@tanstack/react-query'
import { can } from '../../../api/can.ts'
import { get } from '../../../api/client.ts'
import { useMe } from '../../../api/queries.ts'
import { VisibleText } from '../../../ui/visible-text.tsx'

/** Shows the ID while the email address is unknown, and to a person who cannot read users. */
export function UserName({ id }: { readonly id: string }) {
  const isAllowed = can(useMe(), 'gateway:user:write')
  const { data } = useQuery({
    queryKey: ['/users', id],
    queryFn: ({ signal }) => get('/users/{id}', { id }, signal),
    enabled: isAllowed,
  })
  return <VisibleText>{data?.email ?? id}</VisibleText>
}
