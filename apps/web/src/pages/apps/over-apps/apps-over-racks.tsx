import type { AppChange } from '@rack-gateway/gateway-api'
import { Link } from '@tanstack/react-router'
import { rackPath } from '../../../api/rack-data/rack-path.ts'
import { readApps } from '../../../api/rack-data/readers.ts'
import rowLink from '../../../ui/lists/row-link.module.css'
import { Problem } from '../../../ui/problems/problem.tsx'
import { Identifier } from '../../../ui/text/identifier.tsx'
import { VisibleText } from '../../../ui/text/visible-text.tsx'
import { Time } from '../../../ui/time/time.tsx'
import { changeText } from '../changes/change-text.ts'
import { useLastChanges } from '../changes/use-last-changes.ts'
import { StatusBadge } from '../list/status-badge.tsx'
import { ListOverRacks } from './list-over-racks.tsx'
import { useOverRacks } from './use-over-racks.ts'

export default function AppsOverRacks() {
  const racks = useOverRacks({ path: rackPath`/apps`, read: readApps, permission: 'app:list', of: 'apps' })
  const changes = useLastChanges(racks.rows.map(({ rack, item }) => ({ rack, app: item.name })))
  return (
    <ListOverRacks
      label="Apps"
      rows={racks.rows}
      keyOf={({ rack, item }) => `${rack}/${item.name}`}
      textOf={({ rack, item }) => [rack, item.name, item.status, item.release]}
      racks={racks}
      empty="The racks have no app that you can see. Users with the permission app:create create one with convox apps create NAME."
      columns={[
        {
          title: 'App',
          cell: ({ rack, item }) => (
            <Link
              to="/apps/$rack/$app/services"
              params={{ rack, app: item.name }}
              search={{}}
              className={rowLink.link}
              data-row-link="closed"
            >
              <VisibleText>{item.name}</VisibleText>
            </Link>
          ),
        },
        { title: 'Rack', cell: ({ rack }) => rack },
        { title: 'State', cell: ({ item }) => <StatusBadge status={item.status} /> },
        {
          title: 'Release',
          cell: ({ item }) => (item.release === '' ? 'None' : <Identifier>{item.release}</Identifier>),
          secondary: true,
        },
        {
          title: 'Last change',
          cell: ({ rack, item }) => <LastChange change={changes.lastChangeOf({ rack, app: item.name })} />,
          secondary: true,
        },
      ]}
    >
      {changes.error && <Problem error={changes.error} retry={changes.retry} />}
    </ListOverRacks>
  )
}

/** @param change null: nobody changed the app in the last year; undefined: not loaded */
function LastChange({ change }: { readonly change: AppChange | null | undefined }) {
  if (change === undefined) return null
  if (change === null) return 'No change in the last year'
  return (
    <>
      <VisibleText>{change.principal.name}</VisibleText> <VisibleText>{changeText(change)}</VisibleText>,{' '}
      <Time at={change.at} kind="relative" />
    </>
  )
}
