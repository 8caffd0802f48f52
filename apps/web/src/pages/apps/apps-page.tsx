import { Outlet } from '@tanstack/react-router'
import { useMe } from '../../api/queries.ts'
import { RefreshButton } from '../../ui/controls/refresh-button.tsx'
import { MissingPermission } from '../../ui/denials/missing-permission.tsx'
import { Page } from '../../ui/layout/page.tsx'
import { PageTabs } from '../../ui/navigation/page-tabs.tsx'
import { useShownPath } from '../../ui/navigation/use-shown-path.ts'
import { appsTabs, missingForTab } from './tabs.ts'

export default function AppsPage() {
  const me = useMe()
  const missing = missingForTab(me, useShownPath())
  const tabs = appsTabs(me)
  return (
    <Page title="Apps" actions={missing === null && <RefreshButton queryKind="rack" />}>
      {tabs.length > 0 && <PageTabs label="Apps" tabs={tabs} />}
      {missing === null ? <Outlet /> : <MissingPermission permission={missing} />}
    </Page>
  )
}
