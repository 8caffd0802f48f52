import { useQuery } from '@tanstack/react-query'
import { Link, Outlet } from '@tanstack/react-router'
import { rackQuery } from '../../../api/rack-data/queries.ts'
import { rackPath, validateName } from '../../../api/rack-data/rack-path.ts'
import { type App, readApp } from '../../../api/rack-data/readers.ts'
import { RefreshButton } from '../../../ui/controls/refresh-button.tsx'
import { Page } from '../../../ui/layout/page.tsx'
import { Row } from '../../../ui/layout/row.tsx'
import { PageTabs } from '../../../ui/navigation/page-tabs.tsx'
import { Problem } from '../../../ui/problems/problem.tsx'
import { Tag } from '../../../ui/status/badge.tsx'
import { VisibleText } from '../../../ui/text/visible-text.tsx'
import { StatusBadge } from '../list/status-badge.tsx'
import { RackResponse } from '../rack-response/rack-response.tsx'
import { useApp } from './address/use-app.ts'
import styles from './app-summary.module.css'

export default function AppPage() {
  const { rack, app } = useApp()
  // A link can contain any text as a name.
  const fault = validateName(rack) ?? validateName(app)
  if (fault === null) return <NamedApp key={`${rack}/${app}`} rack={rack} app={app} />
  return (
    <Page title="App">
      <Problem error={fault} action={<Link to="/apps">Open the list of apps</Link>} />
    </Page>
  )
}

function NamedApp({ rack, app }: { readonly rack: string; readonly app: string }) {
  const query = rackQuery(rack, rackPath`/apps/${app}`, readApp)
  const { data, error } = useQuery(query)
  return (
    <Page title={`${app} on ${rack}`} actions={<RefreshButton queryKind="rack" />}>
      <div className={styles.summary}>
        <RackResponse rack={rack} what="the app" query={query}>
          {(read) => <AppSummary app={read} />}
        </RackResponse>
      </div>
      <PageTabs
        label={`The app ${app}`}
        tabs={appTabs.map(({ name, label }) => ({ to: `/apps/${rack}/${app}/${name}`, label }))}
      />
      {/* If the rack does not answer, the page shows one error instead of one for each part. */}
      {(data !== undefined || error === null) && <Outlet />}
    </Page>
  )
}

/** `name`: the last segment of the path. */
const appTabs = [
  { name: 'services', label: 'Services' },
  { name: 'processes', label: 'Processes' },
  { name: 'builds', label: 'Builds' },
  { name: 'releases', label: 'Releases' },
  { name: 'environment', label: 'Environment' },
  { name: 'resources', label: 'Resources' },
  { name: 'configs', label: 'Configs' },
  { name: 'logs', label: 'Logs' },
  { name: 'timeline', label: 'Timeline' },
] as const

function AppSummary({ app }: { readonly app: App }) {
  const { rack, app: name } = useApp()
  return (
    <Row as="span">
      <StatusBadge status={app.status} />
      {app.isLocked && <Tag tone="neutral">Locked against deletion</Tag>}
      {app.release === '' ? (
        'No release runs yet.'
      ) : (
        <span>
          Release{' '}
          <Link to="/apps/$rack/$app/releases" params={{ rack, app: name }} search={{ open: app.release }}>
            <VisibleText>{app.release}</VisibleText>
          </Link>
        </span>
      )}
    </Row>
  )
}
