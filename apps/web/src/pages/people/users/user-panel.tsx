import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { can } from '../../../api/can.ts'
import { get } from '../../../api/client.ts'
import { useMe } from '../../../api/queries.ts'
import { Button } from '../../../ui/controls/button.tsx'
import { Facts } from '../../../ui/lists/facts.tsx'
import { Badge } from '../../../ui/status/badge.tsx'
import { VisibleText } from '../../../ui/text/visible-text.tsx'
import { Time } from '../../../ui/time/time.tsx'
import { usePeopleSearch } from '../address/use-people-search.ts'
import { AuditLink } from '../panel/audit-link.tsx'
import { LoadingPanel, Panel } from '../panel/panel.tsx'
import { SubjectRoles } from '../panel/subject-roles.tsx'
import { OwnedTokens } from '../tokens/owned-tokens.tsx'
import { UserAccess } from './user-access.tsx'
import { UserDialogs } from './user-dialogs.tsx'
import { UserFactors } from './user-factors.tsx'
import { UserSessions } from './user-sessions.tsx'

export function UserPanel({ id }: { readonly id: string }) {
  const me = useMe()
  const { openDialog } = usePeopleSearch()
  const query = useQuery({
    queryKey: ['/users', id],
    queryFn: ({ signal }) => get('/users/{id}', { id }, signal),
  })
  return (
    <LoadingPanel query={query}>
      {(user) => (
        <>
          <Panel
            title={user.email}
            actions={
              <>
                {can(me, 'gateway:session:write') && (
                  <Button kind="danger" onPress={() => openDialog('revoke-sessions')}>
                    Revoke all sessions
                  </Button>
                )}
                {user.lockedAt === null ? (
                  <Button kind="danger" onPress={() => openDialog('lock')}>
                    Lock
                  </Button>
                ) : (
                  <Button onPress={() => openDialog('unlock')}>Unlock</Button>
                )}
              </>
            }
          >
            <Facts
              facts={[
                user.lockedAt === null
                  ? ['State', <Badge tone="allow">Active</Badge>]
                  : [
                      'State',
                      <>
                        <Badge tone="deny">Locked</Badge> <Time at={user.lockedAt} kind="relative" />
                        {': '}
                        <VisibleText>{user.lockedReason ?? ''}</VisibleText>
                      </>,
                    ],
                ['Identity provider', user.issuer],
                ['First login', <Time at={user.createdAt} />],
                user.groups.length === 0 ? null : ['Groups', <GroupLinks groups={user.groups} />],
                ['Audit', <AuditLink actor={user.email} />],
              ]}
            />
            <SubjectRoles kind="user" id={id} name={user.email} groups={user.groups} />
            {can(me, 'gateway:audit:read') && <UserAccess id={id} />}
            <UserFactors user={user} />
            {can(me, 'gateway:session:write') && <UserSessions user={id} />}
            {can(me, 'gateway:token:write') && <OwnedTokens owner={id} isStopped={user.lockedAt !== null} />}
          </Panel>
          <UserDialogs user={user} />
        </>
      )}
    </LoadingPanel>
  )
}

function GroupLinks({ groups }: { readonly groups: readonly string[] }) {
  return groups.map((group, index) => (
    <span key={group}>
      {index > 0 && ', '}
      <Link to="/people/groups" search={{ open: group }}>
        <VisibleText>{group}</VisibleText>
      </Link>
    </span>
  ))
}
