import { useQuery } from '@tanstack/react-query'
import { Link, Outlet } from '@tanstack/react-router'
import { can, racksToList } from '../../../api/can.ts'
import { useMe } from '../../../api/queries.ts'
import { useAppAccess } from '../../../api/rack-data/allowed.ts'
import { RackError } from '../../../api/rack-data/errors.ts'
import { rackQuery } from '../../../api/rack-data/queries.ts'
import { rackPath, validateName } from '../../../api/rack-data/rack-path.ts'
import { readApp } from '../../../api/rack-data/readers.ts'
import { RefreshButton } from '../../../ui/controls/refresh-button.tsx'
import { DeniedCall } from '../../../ui/denials/denied-call.tsx'
import { Page } from '../../../ui/layout/page.tsx'
import { Breadcrumbs } from '../../../ui/navigation/breadcrumbs.tsx'
import { PageTabs } from '../../../ui/navigation/page-tabs.tsx'
import { useShownPath } from '../../../ui/navigation/use-shown-path.ts'
import { ObserveModeBadge } from '../../../ui/observe-mode/observe-mode-badge.tsx'
import { MissingItem } from '../../../ui/problems/missing-item.tsx'
import { Problem } from '../../../ui/problems/problem.tsx'
import { Spinner } from '../../../ui/status/spinner.tsx'
import { VisibleText } from '../../../ui/text/visible-text.tsx'
import { RackResponse } from '../rack-response/rack-response.tsx'
import { useApp } from './address/use-app.ts'
import styles from './app-page.module.css'
import { accessTab, appTabs, tabDenial } from './app-tabs.ts'
import { AppSummary } from './summary/app-summary.tsx'
import { OtherRacks } from './summary/other-racks.tsx'

export default function AppPage() {
  const { rack, app } = useApp()
  // A link can contain any text as a name.
  const fault = validateName(rack) ?? validateName(app)
  const { racks } = useMe()
  if (fault === null && !racks.includes(rack))
    return (
      <Page title="No such rack">
        <MissingItem what={`You have no role on a rack named ${rack}, or there is no such rack.`}>
          <Link to="/access">See your roles and racks</Link>
        </MissingItem>
      </Page>
    )
  if (fault === null) return <PermittedApp key={`${rack}/${app}`} rack={rack} app={app} />
  return (
    <Page title="App">
      <Problem error={fault} action={<Link to="/apps">Open the list of apps</Link>} />
    </Page>
  )
}

interface AppName {
  readonly rack: string
  readonly app: string
}

/** Calls the rack only after the gateway has said that it allows the call. */
function PermittedApp({ rack, app }: AppName) {
  const me = useMe()
  const { isPending, denialOf } = useAppAccess(rack, app)
  const denial = denialOf('GET /apps/{app}')
  const path = useShownPath()
  if (!isPending && denial === null) return <NamedApp rack={rack} app={app} />
  const canSeeAccess = can(me, accessTab.permission)
  return (
    <Page title={`${app} on ${rack}`} above={<AppBreadcrumbs rack={rack} app={app} />}>
      {denial === null ? (
        <Spinner label="Loading: the app" />
      ) : canSeeAccess && path.endsWith(`/${accessTab.name}`) ? (
        <Outlet />
      ) : (
        <DeniedCall decision={denial} rack={rack} app={app} />
      )}
      {denial !== null && canSeeAccess && !path.endsWith(`/${accessTab.name}`) && (
        <p>
          <Link to="/apps/$rack/$app/access" params={{ rack, app }} search={{}}>
            See who can access this app
          </Link>
        </p>
      )}
    </Page>
  )
}

/** Only links that the person can open. */
function AppBreadcrumbs({ rack, app }: AppName) {
  const canList = racksToList(useMe(), 'app:list').includes(rack)
  return (
    <Breadcrumbs>
      {[
        canList ? (
          <Link to="/apps" search={{}}>
            Apps
          </Link>
        ) : (
          'Apps'
        ),
        canList ? (
          <Link to="/apps" search={{ rack }}>
            <VisibleText>{rack}</VisibleText>
          </Link>
        ) : (
          <VisibleText>{rack}</VisibleText>
        ),
        <span aria-current="page">
          <VisibleText>{app}</VisibleText>
        </span>,
      ]}
    </Breadcrumbs>
  )
}

function NamedApp({ rack, app }: AppName) {
  const query = rackQuery(rack, rackPath`/apps/${app}`, readApp)
  const { data, error } = useQuery(query)
  const me = useMe()
  const { denialOf } = useAppAccess(rack, app)
  const denial = tabDenial(useShownPath(), denialOf)
  if (error instanceof RackError && error.status === 404)
    return (
      <Page title="No such app">
        <MissingItem what={`The rack ${rack} has no app named ${app}. It was deleted, or its name is another one.`}>
          <Link to="/apps" search={{ rack }}>
            See the apps of {rack}
          </Link>
        </MissingItem>
      </Page>
    )
  return (
    <Page
      title={`${app} on ${rack}`}
      above={<AppBreadcrumbs rack={rack} app={app} />}
      actions={<RefreshButton queryKind="rack" />}
    >
      {/* On a line of its own, because its place must not depend on what loads. */}
      <ObserveModeBadge observing={me.observing?.[rack]} />
      <div className={styles.summary}>
        <RackResponse rack={rack} what="the app" query={query}>
          {(read) => <AppSummary app={read} />}
        </RackResponse>
        <OtherRacks />
      </div>
      <PageTabs
        label={`The app ${app}`}
        tabs={appTabs(denialOf, me).map(({ name, label }) => ({ to: `/apps/${rack}/${app}/${name}`, label }))}
      />
      {/* If the rack does not answer, the page shows one error instead of one for each part. */}
      {(data !== undefined || error === null) &&
        (denial === null ? <Outlet /> : <DeniedCall decision={denial} rack={rack} app={app} />)}
    </Page>
  )
}
