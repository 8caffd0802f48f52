import { Outlet } from '@tanstack/react-router'
import { useMe } from '../../api/queries.ts'
import { MissingPermission } from '../../ui/denials/missing-permission.tsx'
import { Page } from '../../ui/layout/page.tsx'
import { PageTabs } from '../../ui/navigation/page-tabs.tsx'
import { useShownPath } from '../../ui/navigation/use-shown-path.ts'
import { missingForTab, peopleTabs } from './tabs.ts'

export default function PeoplePage() {
  const me = useMe()
  const missing = missingForTab(me, useShownPath())
  return (
    <Page title="People and pipelines">
      <PageTabs label="People and pipelines" tabs={peopleTabs(me)} />
      {missing === null ? <Outlet /> : <MissingPermission permission={missing} />}
    </Page>
  )
}
