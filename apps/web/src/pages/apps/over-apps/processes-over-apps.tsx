import { rackPath } from '../../../api/rack-data/rack-path.ts'
import { readProcesses } from '../../../api/rack-data/readers.ts'
import { Identifier } from '../../../ui/text/identifier.tsx'
import { Time } from '../../../ui/time/time.tsx'
import { StatusBadge } from '../list/status-badge.tsx'
import { ListOverApps } from './list-over-apps.tsx'
import { useOverApps } from './use-over-apps.ts'

export default function ProcessesOverApps() {
  const list = useOverApps({
    pathOf: (app) => rackPath`/apps/${app}/processes`,
    read: readProcesses,
    route: 'GET /apps/{app}/processes',
    permission: 'process:list',
  })
  return (
    <ListOverApps
      label="Processes"
      list={list}
      timeOf={({ started }) => started}
      textOf={({ service, status, release, instance, command }) => [service, status, release, instance, command]}
      columns={[
        { title: 'Process', cell: ({ item }) => <Identifier>{item.id}</Identifier> },
        { title: 'Service', cell: ({ item }) => item.service },
        { title: 'State', cell: ({ item }) => <StatusBadge status={item.status} /> },
        { title: 'Release', cell: ({ item }) => <Identifier>{item.release}</Identifier>, secondary: true },
        { title: 'Instance', cell: ({ item }) => <Identifier>{item.instance}</Identifier>, secondary: true },
        {
          title: 'Started',
          cell: ({ item }) => item.started !== null && <Time at={item.started} kind="relative" />,
          secondary: true,
        },
      ]}
    />
  )
}
