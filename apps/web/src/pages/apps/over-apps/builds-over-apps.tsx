import { rackPath } from '../../../api/rack-data/rack-path.ts'
import { readBuilds } from '../../../api/rack-data/readers.ts'
import { Time } from '../../../ui/time/time.tsx'
import { buildDurationText } from '../app/builds/build-duration.ts'
import { ItemLink } from '../app/items/item-link.tsx'
import { StatusBadge } from '../list/status-badge.tsx'
import { ListOverApps } from './list-over-apps.tsx'
import { useOverApps } from './use-over-apps.ts'

export default function BuildsOverApps() {
  const list = useOverApps({
    pathOf: (app) => rackPath`/apps/${app}/builds?limit=20`,
    read: readBuilds,
    route: 'GET /apps/{app}/builds',
    permission: 'build:list',
  })
  return (
    <ListOverApps
      label="Builds"
      list={list}
      timeOf={({ started }) => started}
      textOf={({ status, description }) => [status, description]}
      limit="Of each app, the newest 20 builds are listed. Open an app to see more of its builds."
      columns={[
        { title: 'Build', cell: ({ rack, app, item }) => <ItemLink rack={rack} app={app} tab="builds" id={item.id} /> },
        { title: 'Status', cell: ({ item }) => <StatusBadge status={item.status} /> },
        { title: 'Started', cell: ({ item }) => item.started !== null && <Time at={item.started} kind="relative" /> },
        { title: 'Duration', cell: ({ item }) => buildDurationText(item), secondary: true },
        { title: 'Description', cell: ({ item }) => item.description, secondary: true },
      ]}
    />
  )
}
