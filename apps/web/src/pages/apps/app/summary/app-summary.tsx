import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useAllowed } from '../../../../api/rack-data/allowed.ts'
import type { App } from '../../../../api/rack-data/readers.ts'
import { Row } from '../../../../ui/layout/row.tsx'
import { Tag } from '../../../../ui/status/badge.tsx'
import { VisibleText } from '../../../../ui/text/visible-text.tsx'
import { StatusBadge } from '../../list/status-badge.tsx'
import { useApp } from '../address/use-app.ts'
import { newestReleaseQuery } from '../releases/release-queries.ts'

export function AppSummary({ app }: { readonly app: App }) {
  return (
    <Row gap={3}>
      <StatusBadge status={app.status} />
      {app.isLocked && <Tag tone="neutral">Locked against deletion</Tag>}
      {app.release === '' ? (
        'No release runs yet.'
      ) : (
        <span>
          Running <ReleaseLink id={app.release} />
        </span>
      )}
      <NewestRelease runningId={app.release} />
    </Row>
  )
}

/** Shows nothing if the newest release runs, or if the person cannot list releases. */
function NewestRelease({ runningId }: { readonly runningId: string }) {
  const { rack, app } = useApp()
  const enabled = useAllowed(rack, app)('GET /apps/{app}/releases')
  const { data } = useQuery({ ...newestReleaseQuery(rack, app), enabled })
  const newest = data?.[0]
  if (newest === undefined || newest.id === runningId) return null
  return (
    <span>
      Newest <ReleaseLink id={newest.id} /> <span className="soft">(does not run)</span>
    </span>
  )
}

function ReleaseLink({ id }: { readonly id: string }) {
  const { rack, app } = useApp()
  return (
    <Link to="/apps/$rack/$app/releases" params={{ rack, app }} search={{ open: id }}>
      <VisibleText as="code">{id}</VisibleText>
    </Link>
  )
}
