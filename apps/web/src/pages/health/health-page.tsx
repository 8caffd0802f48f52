import { useQuery } from '@tanstack/react-query'
import { Card } from '../../ui/card.tsx'
import { Page } from '../../ui/page.tsx'
import { Problem } from '../../ui/problem.tsx'
import { RefreshButton } from '../../ui/refresh-button.tsx'
import { Spinner } from '../../ui/spinner.tsx'
import { Time } from '../../ui/time.tsx'
import { RackList } from '../overview/racks/rack-list.tsx'
import { CheckList } from './check-list.tsx'
import { DatabaseFacts } from './database-facts.tsx'
import styles from './health-page.module.css'
import { healthQuery } from './health-query.ts'
import { ProviderFacts } from './provider-facts.tsx'
import { SettingTable } from './setting-table.tsx'
import { SinkTable } from './sink-table.tsx'
import { StoreFacts } from './store-facts.tsx'

export default function HealthPage() {
  const { data, error, isPending, refetch } = useQuery(healthQuery)
  return (
    <Page
      title="Health"
      summary={
        data && (
          <>
            The health of one gateway process, checked <Time at={data.checkedAt} kind="relative" />.
          </>
        )
      }
      actions={<RefreshButton queryKind="health" />}
    >
      {isPending && <Spinner label="Checking the gateway" />}
      {error && <Problem error={error} retry={() => void refetch()} />}
      {data && (
        <>
          <Card title="Checks">
            <CheckList checks={data.checks} />
          </Card>
          <div className={styles.columns}>
            <Card title="Racks">
              <RackList racks={data.racks} waitingFor={data.waitingFor} maxRows={Number.POSITIVE_INFINITY} />
            </Card>
            <Card title="Database">
              <DatabaseFacts database={data.database} />
            </Card>
            <Card title="Identity provider">
              <ProviderFacts provider={data.identityProvider} />
            </Card>
            <Card title="Stores">
              <StoreFacts stores={data.stores} />
            </Card>
          </div>
          <Card title="Sinks of the audit log">
            <SinkTable sinks={data.sinks} />
          </Card>
          <SettingTable settings={data.configuration} />
        </>
      )}
    </Page>
  )
}
