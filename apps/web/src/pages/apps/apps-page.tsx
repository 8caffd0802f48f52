import { Outlet } from '@tanstack/react-router'
import { RefreshButton } from '../../ui/controls/refresh-button.tsx'
import { Page } from '../../ui/layout/page.tsx'
import { PageTabs } from '../../ui/navigation/page-tabs.tsx'

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
