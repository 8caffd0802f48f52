import { rackPath } from '../../../api/rack-data/rack-path.ts'
import { readInstances } from '../../../api/rack-data/readers.ts'
import { Identifier } from '../../../ui/text/identifier.tsx'
import { Time } from '../../../ui/time/time.tsx'
import { StatusBadge } from '../list/status-badge.tsx'
import { ListOverRacks } from './list-over-racks.tsx'
import { useOverRacks } from './use-over-racks.ts'

export default function InstancesOverRacks() {
  const racks = useOverRacks({
    path: rackPath`/instances`,
    read: readInstances,
    permission: 'instance:list',
    of: 'rack',
  })
  return (
    <ListOverRacks
      label="Instances"
      rows={racks.rows}
      keyOf={({ rack, item }) => `${rack}/${item.id}`}
      textOf={({ rack, item }) => [rack, item.id, item.status, item.privateIp, item.publicIp]}
      racks={racks}
      empty="The racks have no instances."
      columns={[
        { title: 'Rack', cell: ({ rack }) => rack },
        { title: 'Instance', cell: ({ item }) => <Identifier>{item.id}</Identifier> },
        { title: 'State', cell: ({ item }) => <StatusBadge status={item.status} /> },
        { title: 'Processes', cell: ({ item }) => item.processes },
        { title: 'CPU', cell: ({ item }) => percent(item.cpu, item.cpuAllocatable), secondary: true },
        { title: 'Memory', cell: ({ item }) => percent(item.memory, item.memoryAllocatable), secondary: true },
        {
          title: 'Addresses',
          cell: ({ item }) => [item.privateIp, item.publicIp].filter(Boolean).join(', '),
          secondary: true,
        },
        {
          title: 'Started',
          cell: ({ item }) => item.started !== null && <Time at={item.started} kind="relative" />,
          secondary: true,
        },
      ]}
    />
  )
}

function percent(used: number, allocatable: number): string {
  return allocatable > 0 ? `${Math.round((100 * used) / allocatable)} %` : ''
}
