import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { can } from '../../../api/can.ts'
import { useMe } from '../../../api/queries.ts'
import { Button } from '../../../ui/controls/button.tsx'
import { Stack } from '../../../ui/layout/stack.tsx'
import { Problem } from '../../../ui/problems/problem.tsx'
import { Spinner } from '../../../ui/status/spinner.tsx'
import { VisibleText } from '../../../ui/text/visible-text.tsx'
import { listQuery } from '../lists/list-query.ts'
import { ListView } from '../lists/list-view.tsx'
import { useList } from '../lists/use-list.ts'
import { Panel, PanelPart } from '../panel/panel.tsx'
import { SubjectRoles } from '../panel/subject-roles.tsx'

export default function GroupsTab() {
  const list = useList('/groups', {}, ({ name }) => [name])
  return (
    <ListView
      label="Groups"
      list={list}
      keyOf={({ name }) => name}
      empty="The identity provider has not named any groups yet, and no group has a role."
      columns={[
        { title: 'Group', cell: ({ name }) => name, sortBy: ({ name }) => name },
        { title: 'Members', cell: ({ members }) => members, sortBy: ({ members }) => members },
        { title: 'Bindings', cell: ({ bindings }) => bindings, sortBy: ({ bindings }) => bindings },
      ]}
      panel={(name) => <GroupPanel key={name} name={name} />}
    />
  )
}

function GroupPanel({ name }: { readonly name: string }) {
  const canListUsers = can(useMe(), 'gateway:user:write')
  return (
    <Panel title={name}>
      <p>The identity provider decides who is in a group. The gateway updates a person's groups when they log in.</p>
      <SubjectRoles kind="group" id={name} name={name} />
      {canListUsers && <GroupMembers group={name} />}
    </Panel>
  )
}

function GroupMembers({ group }: { readonly group: string }) {
  const list = useInfiniteQuery(listQuery('/users', { group }))
  const members = list.data?.pages.flatMap(({ items }) => items) ?? []
  return (
    <PanelPart title="Members">
      {list.error && <Problem error={list.error} />}
      {list.isPending && <Spinner label="Loading the members" />}
      {list.data && members.length === 0 && <p className="soft">Nobody in this group has logged in.</p>}
      <Stack as="ul" gap={1}>
        {members.map(({ id, email }) => (
          <li key={id}>
            <Link to="/people/users" search={{ open: id }}>
              <VisibleText>{email}</VisibleText>
            </Link>
          </li>
        ))}
      </Stack>
      {list.hasNextPage && (
        <p>
          <Button isPending={list.isFetchingNextPage} onPress={() => void list.fetchNextPage()}>
            Show more
          </Button>
        </p>
      )}
    </PanelPart>
  )
}
