import type { ResponseOf } from '@rack-gateway/gateway-api'
import { useQuery } from '@tanstack/react-query'
import { useMe } from '../../../api/queries.ts'
import { Card } from '../../../ui/layout/card.tsx'
import { Row } from '../../../ui/layout/row.tsx'
import { Problem } from '../../../ui/problems/problem.tsx'
import { Spinner } from '../../../ui/status/spinner.tsx'
import { rackActivityQuery, rackStatusesQuery } from '../queries/overview-queries.ts'
import { NoRacks } from './no-racks.tsx'
import { RackList } from './rack-list.tsx'

export function RacksCard() {
  const { racks } = useMe()
  const { data, error, isPending, refetch } = useQuery({ ...rackStatusesQuery, enabled: racks.length > 0 })
  // Without the numbers, the card still shows how the racks are.
  const activity = useQuery({ ...rackActivityQuery, enabled: racks.length > 0 })
  return (
    <Card title="Racks" actions={data && <Summary {...data} />}>
      {racks.length === 0 && <NoRacks />}
      {racks.length > 0 && isPending && (
        <Row as="p">
          <Spinner label="Asking the racks" />
          <span className="soft">Asking {racks.length === 1 ? 'the rack' : `${racks.length} racks`}…</span>
        </Row>
      )}
      {error && <Problem error={error} retry={() => void refetch()} />}
      {data && <RackList {...data} activity={activity.isPending ? 'pending' : activity.data} />}
    </Card>
  )
}

function Summary({ racks, waitingFor }: ResponseOf<'listRackStatuses'>) {
  const reachable = racks.filter(({ state }) => state === 'reachable').length
  return (
    <span className="soft">
      {reachable} of {racks.length + waitingFor.length} reachable
    </span>
  )
}
