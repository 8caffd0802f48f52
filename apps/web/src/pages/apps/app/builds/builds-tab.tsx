import { useAllowed } from '../../../../api/rack-data/allowed.ts'
import { rackPath } from '../../../../api/rack-data/rack-path.ts'
import { Facts } from '../../../../ui/lists/facts.tsx'
import { Time } from '../../../../ui/time/time.tsx'
import { useAppsSearch } from '../../address/use-apps-search.ts'
import { StatusBadge } from '../../list/status-badge.tsx'
import { RackResponse } from '../../rack-response/rack-response.tsx'
import { useApp } from '../address/use-app.ts'
import { ItemLink } from '../items/item-link.tsx'
import { NamedItem } from '../items/named-item.tsx'
import { OpenItem } from '../items/open-item.tsx'
import { Log } from '../logs/log.tsx'
import { buildDurationText } from './build-duration.ts'
import { BuildList } from './build-list.tsx'
import { buildQuery } from './build-queries.ts'

export default function BuildsTab() {
  const { open } = useAppsSearch().search
  if (open === undefined) return <BuildList />
  return (
    <NamedItem id={open}>
      <BuildView key={open} id={open} />
    </NamedItem>
  )
}

function BuildView({ id }: { readonly id: string }) {
  const { rack, app } = useApp()
  const canReadLogs = useAllowed(rack, app)('WS /apps/{app}/logs')
  return (
    <RackResponse rack={rack} what="the build" query={buildQuery(rack, app, id)}>
      {(build) => (
        <OpenItem title={`Build ${id}`} back="All builds" badge={<StatusBadge status={build.status} />}>
          <Facts
            facts={[
              build.release === '' ? null : ['Release', <ItemLink key="id" tab="releases" id={build.release} />],
              build.reason === '' ? null : ['Reason', build.reason],
              ['Started', build.started === null ? 'Unknown' : <Time key="at" at={build.started} />],
              ['Duration', buildDurationText(build) || (build.ended === null ? 'Not ended' : 'Unknown')],
              build.gitSha === '' ? null : ['Commit', build.gitSha],
              ['Description', build.description],
            ]}
          />
          {canReadLogs && (
            <Log
              rack={rack}
              path={rackPath`/apps/${app}/builds/${id}/logs`}
              build={{ hasEnded: build.status === 'complete' || build.status === 'failed' }}
            />
          )}
        </OpenItem>
      )}
    </RackResponse>
  )
}
