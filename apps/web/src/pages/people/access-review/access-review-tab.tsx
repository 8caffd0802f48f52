import { Link } from '@tanstack/react-router'
import { Download } from 'lucide-react'
import { can } from '../../../api/can.ts'
import { useMe } from '../../../api/queries.ts'
import { ButtonLink } from '../../../ui/controls/button.tsx'
import { timeValue } from '../../../ui/lists/sort-rows.ts'
import { Badge } from '../../../ui/status/badge.tsx'
import { scopeText } from '../../../ui/text/scope-text.ts'
import { VisibleText } from '../../../ui/text/visible-text.tsx'
import { Time } from '../../../ui/time/time.tsx'
import { AccessSubject } from '../../granted-access/access-subject.tsx'
import { usePeopleSearch } from '../address/use-people-search.ts'
import { ListView } from '../lists/list-view.tsx'
import { useList } from '../lists/use-list.ts'
import { Panel } from '../panel/panel.tsx'
import { subjectKindNames } from '../subjects/subjects.ts'
import { UserAccess } from '../users/user-access.tsx'

export default function AccessReviewTab() {
  const canOpen = can(useMe(), 'gateway:binding:write')
  const list = useList('/access-review', {}, (binding) => [
    binding.subject.name,
    subjectKindNames[binding.subject.kind],
    binding.subject.owner,
    binding.subject.suspended ? 'suspended' : '',
    binding.role,
    binding.racks,
    binding.apps,
    binding.group,
    binding.grantedBy.email ?? binding.grantedBy.id,
    binding.reason,
    ...(binding.permissions ?? []),
  ])
  const { open } = usePeopleSearch().search
  const openUser = list.rows?.find(({ subject }) => subject.id === open)?.subject.name
  return (
    <>
      {open !== undefined && (
        <Panel title={openUser ?? 'User'}>
          <UserAccess key={open} id={open} />
        </Panel>
      )}
      <ListView
        label="Access review"
        list={list}
        keyOf={({ subject, binding }) => `${subject.id} ${binding}`}
        empty="Nobody has a role."
        actions={
          <ButtonLink href="/gateway/api/v1/access-review/export" download>
            <Download aria-hidden size={16} />
            Download all as CSV
          </ButtonLink>
        }
        columns={[
          {
            title: 'Who',
            cell: ({ subject }) => (
              <>
                <AccessSubject subject={subject} />
                {subject.suspended && (
                  <>
                    {' '}
                    <Badge tone="warn">No effect now</Badge>
                  </>
                )}
              </>
            ),
            sortBy: ({ subject }) => subject.name,
          },
          {
            title: 'Role',
            cell: ({ role, permissions }) => permissions?.join(', ') ?? role,
            sortBy: ({ role, permissions }) => permissions?.join(', ') ?? role,
          },
          { title: 'On', cell: (binding) => scopeText(binding), sortBy: (binding) => scopeText(binding) },
          {
            title: 'Through',
            cell: ({ group, invitation, subject, binding }) => {
              const text =
                group !== null && subject.kind !== 'group'
                  ? `group ${group}`
                  : invitation !== null
                    ? 'an invitation'
                    : 'a binding'
              if (!canOpen) return <VisibleText>{text}</VisibleText>
              return (
                <Link to="/people/bindings" search={{ of: group ?? subject.id, open: binding }}>
                  <VisibleText>{text}</VisibleText>
                </Link>
              )
            },
          },
          {
            title: 'Granted',
            cell: ({ grantedBy, grantedAt, reason }) => (
              <>
                <Time at={grantedAt} kind="relative" /> by <VisibleText>{grantedBy.email ?? grantedBy.id}</VisibleText>
                {reason !== null && (
                  <span className="soft">
                    {': '}
                    <VisibleText>{reason}</VisibleText>
                  </span>
                )}
              </>
            ),
            sortBy: ({ grantedAt }) => timeValue(grantedAt),
            secondary: true,
          },
          {
            title: 'Expires',
            cell: ({ expiresAt }) => (expiresAt === null ? 'Never' : <Time at={expiresAt} kind="relative" />),
            sortBy: ({ expiresAt }) => timeValue(expiresAt),
            secondary: true,
          },
          {
            title: 'Last used',
            cell: ({ lastUsedAt }) => (lastUsedAt === null ? 'Not known' : <Time at={lastUsedAt} kind="relative" />),
            sortBy: ({ lastUsedAt }) => timeValue(lastUsedAt),
          },
        ]}
      />
    </>
  )
}
