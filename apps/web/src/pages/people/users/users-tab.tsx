import { useNavigate } from '@tanstack/react-router'
import { can } from '../../../api/can.ts'
import { useMe } from '../../../api/queries.ts'
import { Badge } from '../../../ui/badge.tsx'
import { Button } from '../../../ui/button.tsx'
import { Time } from '../../../ui/time.tsx'
import { VisibleText } from '../../../ui/visible-text.tsx'
import { ListView } from '../lists/list-view.tsx'
import { useList } from '../lists/use-list.ts'
import { usePeopleSearch } from '../use-people-search.ts'
import { UserPanel } from './user-panel.tsx'

/** Everybody who has logged in, or is a user of the gateway itself. */
export default function UsersTab() {
  const { search } = usePeopleSearch()
  const navigate = useNavigate()
  const me = useMe()
  const list = useList('/users', { group: search.of }, ({ email, issuer, groups, lockedReason }) => [
    email,
    issuer,
    ...groups,
    lockedReason,
  ])
  return (
    <ListView
      label="Users"
      list={list}
      keyOf={({ id }) => id}
      limitedTo={search.of}
      empty="Nobody has logged in yet. Invite a person, or send them the address of this gateway."
      actions={
        can(me, 'gateway:binding:write') && (
          <Button
            kind="primary"
            onPress={() => void navigate({ to: '/people/invitations', search: { dialog: 'create' } })}
          >
            Invite a person
          </Button>
        )
      }
      columns={[
        { title: 'Email address', cell: ({ email }) => <VisibleText>{email}</VisibleText> },
        {
          title: 'State',
          cell: ({ lockedAt }) =>
            lockedAt === null ? <Badge tone="allow">Active</Badge> : <Badge tone="deny">Locked</Badge>,
        },
        { title: 'Identity provider', cell: ({ issuer }) => <VisibleText>{issuer}</VisibleText>, secondary: true },
        { title: 'Groups', cell: ({ groups }) => <VisibleText>{groups.join(', ')}</VisibleText>, secondary: true },
        { title: 'First login', cell: ({ createdAt }) => <Time at={createdAt} kind="relative" />, secondary: true },
      ]}
      panel={(id) => <UserPanel key={id} id={id} />}
    />
  )
}
