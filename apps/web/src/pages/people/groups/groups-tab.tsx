import { can } from '../../../api/can.ts'
import { useMe } from '../../../api/queries.ts'
import { ListView } from '../lists/list-view.tsx'
import { useList } from '../lists/use-list.ts'
import { Panel } from '../panel/panel.tsx'
import { SubjectRoles } from '../panel/subject-roles.tsx'
import { GroupMembers } from './group-members.tsx'

export default function GroupsTab() {
  const list = useList('/groups', {}, ({ name }) => [name])
  return (
    <ListView
      label="Groups"
      list={list}
      keyOf={({ name }) => name}
      empty="The identity provider has not named any groups yet, and no group has a role."
      columns={[
        { title: 'Group', cell: ({ name }) => name },
        { title: 'Members', cell: ({ members }) => members },
        { title: 'Bindings', cell: ({ bindings }) => bindings },
      ]}
      panel={(name) => <GroupPanel key={name} name={name} />}
    />
  )
}

function GroupPanel({ name }: { readonly name: string }) {
  const mayListUsers = can(useMe(), 'gateway:user:write')
  return (
    <Panel title={name}>
      <p>The identity provider decides who is in a group. The gateway updates a person's groups when they log in.</p>
      <SubjectRoles kind="group" id={name} name={name} />
      {mayListUsers && <GroupMembers group={name} />}
    </Panel>
  )
}
