import { Outlet } from '@tanstack/react-router'
import { useMe } from '../../api/queries.ts'
import { Page } from '../../ui/layout/page.tsx'
import { PageTabs } from '../../ui/navigation/page-tabs.tsx'
import { peopleTabs } from './tabs.ts'

export default function PeoplePage() {
  return (
    <Page title="People and pipelines">
      <PageTabs label="People and pipelines" tabs={peopleTabs(useMe())} />
      <Outlet />
    </Page>
  )
}
