import type { OwnChange } from '@rack-gateway/gateway-api'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Button } from '../../../ui/controls/button.tsx'
import { Card } from '../../../ui/layout/card.tsx'
import { Stack } from '../../../ui/layout/stack.tsx'
import { useFirstRows } from '../../../ui/lists/use-first-rows.ts'
import { Problem } from '../../../ui/problems/problem.tsx'
import { Spinner } from '../../../ui/status/spinner.tsx'
import { VisibleText } from '../../../ui/text/visible-text.tsx'
import { Time } from '../../../ui/time/time.tsx'
import { changeText } from '../../apps/changes/change-text.ts'
import { ownChangesQuery } from '../queries/overview-queries.ts'
import styles from './own-changes-card.module.css'

const firstRows = 5

export function OwnChangesCard() {
  const list = useInfiniteQuery(ownChangesQuery)
  const { data, error, isPending, refetch, hasNextPage } = list
  const changes = data?.pages.flatMap(({ items }) => items) ?? []
  const { rows, hidesRows, showAll } = useFirstRows(changes, firstRows)
  return (
    <Card title="Your last changes">
      {isPending && <Spinner label="Loading your changes" />}
      {error && <Problem error={error} retry={() => void refetch()} />}
      {data && changes.length === 0 && <p className="soft">You changed nothing through this gateway yet.</p>}
      {changes.length > 0 && (
        <Stack as="ul" gap={1}>
          {rows.map((change) => (
            <ChangeRow key={change.id} change={change} />
          ))}
        </Stack>
      )}
      {(hidesRows || hasNextPage) && (
        <p>
          <Button
            kind="quiet"
            isPending={list.isFetchingNextPage}
            onPress={(press) => (hidesRows ? showAll(press) : void list.fetchNextPage())}
          >
            Show more
          </Button>
        </p>
      )}
    </Card>
  )
}

function ChangeRow({ change }: { readonly change: OwnChange }) {
  const { rack, app, at } = change
  return (
    <li className={styles.row}>
      <span>
        You <VisibleText>{changeText(change)}</VisibleText>
        {app === null ? ' on ' : ' of '}
        {app !== null && (
          <>
            <Link to="/apps/$rack/$app/timeline" params={{ rack, app }} search={{}}>
              <VisibleText>{app}</VisibleText>
            </Link>
            {' on '}
          </>
        )}
        <VisibleText>{rack}</VisibleText>
      </span>
      <Time at={at} kind="relative" />
    </li>
  )
}
