import { rackPath } from '../../../api/rack-data/rack-path.ts'
import { readReleases } from '../../../api/rack-data/readers.ts'
import { Time } from '../../../ui/time/time.tsx'
import { ItemLink } from '../app/items/item-link.tsx'
import { ListOverApps } from './list-over-apps.tsx'
import { useOverApps } from './use-over-apps.ts'

export default function ReleasesOverApps() {
  const list = useOverApps({
    pathOf: (app) => rackPath`/apps/${app}/releases?limit=20`,
    read: readReleases,
    route: 'GET /apps/{app}/releases',
    permission: 'release:list',
  })
  return (
    <ListOverApps
      label="Releases"
      list={list}
      timeOf={({ created }) => created}
      textOf={({ description }) => [description]}
      limit="Of each app, the newest 20 releases are listed. Open an app to see more of its releases."
      columns={[
        {
          title: 'Release',
          cell: ({ rack, app, item }) => <ItemLink rack={rack} app={app} tab="releases" id={item.id} />,
        },
        { title: 'Created', cell: ({ item }) => item.created !== null && <Time at={item.created} kind="relative" /> },
        { title: 'Description', cell: ({ item }) => item.description, secondary: true },
      ]}
    />
  )
}
