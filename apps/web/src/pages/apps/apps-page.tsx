import { Outlet } from '@tanstack/react-router'
import { Page } from '../../ui/page.tsx'
import { PageTabs } from '../../ui/page-tabs.tsx'
import { RefreshButton } from '../../ui/refresh-button.tsx'

const tabs = [
  { to: '/apps', label: 'Apps' },
  { to: '/apps/processes', label: 'Processes' },
  { to: '/apps/builds', label: 'Builds' },
  { to: '/apps/releases', label: 'Releases' },
  { to: '/apps/instances', label: 'Instances' },
] as const

export default function AppsPage() {
  return (
    <Page title="Apps" actions={<RefreshButton queryKind="rack" />}>
      <PageTabs label="Apps" tabs={tabs} />
      <Outlet />
    </Page>
  )
}
