import { useMe } from '../../api/queries.ts'
import { RefreshButton } from '../../ui/controls/refresh-button.tsx'
import { Page } from '../../ui/layout/page.tsx'
import { Stack } from '../../ui/layout/stack.tsx'
import { ActivityCard } from './activity/activity-card.tsx'
import { AppsCard } from './apps/apps-card.tsx'
import { LiveCard } from './live/live-card.tsx'
import { NextSteps } from './next-steps/next-steps.tsx'
import { NoRolePage } from './no-role-page.tsx'
import styles from './overview-page.module.css'
import { OwnChangesCard } from './own-changes/own-changes-card.tsx'
import { canReadAudit, canSeeApps } from './queries/overview-queries.ts'
import { RacksCard } from './racks/racks-card.tsx'
import { RolesCard } from './roles/roles-card.tsx'
import { WaitingCard } from './waiting/waiting-card.tsx'

export function OverviewPage() {
  const me = useMe()
  if (me.roles.length === 0) return <NoRolePage />
  return (
    <Page title="Overview" actions={<RefreshButton queryKind="overview" />}>
      <div className={styles.columns}>
        <Stack gap={4}>
          <WaitingCard />
          <LiveCard />
          {canSeeApps(me) && <AppsCard />}
          {canReadAudit(me) && <ActivityCard />}
        </Stack>
        <Stack gap={4}>
          <RacksCard />
          {canSeeApps(me) && <OwnChangesCard />}
          <RolesCard />
        </Stack>
      </div>
      <NextSteps />
    </Page>
  )
}
