import { useMe } from '../../api/queries.ts'
import { RefreshButton } from '../../ui/controls/refresh-button.tsx'
import { Page } from '../../ui/layout/page.tsx'
import { ActivityCard } from './activity/activity-card.tsx'
import { LiveCard } from './live/live-card.tsx'
import { NextSteps } from './next-steps/next-steps.tsx'
import { NoRolePage } from './no-role-page.tsx'
import styles from './overview-page.module.css'
import { canReadAudit } from './queries/overview-queries.ts'
import { RacksCard } from './racks/racks-card.tsx'
import { WaitingCard } from './waiting/waiting-card.tsx'

export function OverviewPage() {
  const me = useMe()
  if (me.roles.length === 0) return <NoRolePage />
  return (
    <Page title="Overview" actions={<RefreshButton queryKind="overview" />}>
      <div className={styles.columns}>
        <div className="stack-4">
          <WaitingCard />
          <LiveCard />
          {canReadAudit(me) && <ActivityCard />}
        </div>
        <RacksCard />
      </div>
      <NextSteps />
    </Page>
  )
}
