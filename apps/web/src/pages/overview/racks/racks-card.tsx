import type { ResponseOf } from '@rack-gateway/gateway-api'
import { useQuery } from '@tanstack/react-query'
import { useMe } from '../../../api/queries.ts'
import { Card } from '../../../ui/layout/card.tsx'
import { Problem } from '../../../ui/problems/problem.tsx'
import { Spinner } from '../../../ui/status/spinner.tsx'
import { rackActivityQuery, rackStatusesQuery } from '../queries/overview-queries.ts'
import { NoRacks } from './no-racks.tsx'
import { RackList } from './rack-list.tsx'
import styles from './racks-card.module.css'

export function RacksCard() {
  const { racks } = useMe()
  const { data, error, isPending, refetch } = useQuery({ ...rackStatusesQuery, enabled: racks.length > 0 })
  // Without the numbers, the card still shows how the racks are.
  const activity = useQuery({ ...rackActivityQuery, enabled: racks.length > 0 })
  return (
    <Card title="Racks" actions={data && <Summary {...data} />}>
      {racks.length === 0 && <NoRacks />}
      {racks.length > 0 && isPending && (
        <p className={styles.soft}>
          <Spinner label="Asking the racks" /> Asking {racks.length === 1 ? 'the rack' : `${racks.length} racks`}…
        </p>
      )}
      {error && <Problem error={error} retry={() => void refetch()} />}
      {data && <RackList {...data} activity={activity.data} />}
    </Card>
  )
}

function Summary({ racks, waitingFor }: ResponseOf<'listRackStatuses'>) {
  const reachable = racks.filter(({ state }) => state === 'reachable').length
  return (
    <span className={styles.soft}>
      {reachable} of {racks.length + waitingFor.length} reachable
    </span>
  )
}
