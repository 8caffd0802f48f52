import { Outlet, useRouterState } from '@tanstack/react-router'
import { useMe } from '../../api/queries.ts'
import { MissingPermission } from '../../ui/denials/missing-permission.tsx'
import { Page } from '../../ui/layout/page.tsx'
import { PageTabs } from '../../ui/navigation/page-tabs.tsx'
import { missingForTab, peopleTabs } from './tabs.ts'

export default function PeoplePage() {
  const me = useMe()
  const path = useRouterState({ select: ({ location }) => location.pathname })
  const missing = missingForTab(me, path.replace(/\/$/, ''))
  return (
    <Page title="People and pipelines">
      <PageTabs label="People and pipelines" tabs={peopleTabs(me)} />
      {missing === null ? <Outlet /> : <MissingPermission permission={missing} />}
    </Page>
  )
}
