import { useQueries, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { racksToList } from '../../../api/can.ts'
import { useMe } from '../../../api/queries.ts'
import { Button } from '../../../ui/controls/button.tsx'
import { Card } from '../../../ui/layout/card.tsx'
import { useFirstRows } from '../../../ui/lists/use-first-rows.ts'
import { Problem } from '../../../ui/problems/problem.tsx'
import { Spinner } from '../../../ui/status/spinner.tsx'
import { Identifier } from '../../../ui/text/identifier.tsx'
import { VisibleText } from '../../../ui/text/visible-text.tsx'
import { Time } from '../../../ui/time/time.tsx'
import { StatusBadge } from '../../apps/list/status-badge.tsx'
import { ownAppsQuery } from '../queries/overview-queries.ts'
import { appListQuery, firstRacks } from './app-list-query.ts'
import { type AppRow, appRows, rackOrder } from './app-rows.ts'
import styles from './apps-card.module.css'

const firstRows = 6

/** The apps that the person changed or can change come first. Their state comes from few racks at a time. */
export function AppsCard() {
  const me = useMe()
  const own = useQuery(ownAppsQuery)
  const [rackCount, setRackCount] = useState(firstRacks)
  const ownApps = own.data?.apps ?? []
  const racks = own.isPending ? [] : rackOrder(ownApps, racksToList(me, 'app:list'))
  const asked = racks.slice(0, rackCount)
  const lists = useQueries({ queries: asked.map(appListQuery) })
  const all = appRows(
    ownApps,
    asked.map((rack, index) => ({ rack, apps: lists[index]?.data })),
  )
  const { rows, hidesRows, showAll } = useFirstRows(all, firstRows)
  const notListed = asked.filter((_, index) => lists[index]?.isError)
  const isLoading = own.isPending || (rows.length === 0 && lists.some(({ isPending }) => isPending))
  return (
    <Card
      title={ownApps.some(({ canChange }) => canChange) ? 'Your apps' : 'Apps'}
      actions={
        <Link to="/apps" search={{}}>
          All apps
        </Link>
      }
    >
      {isLoading && <Spinner label="Loading your apps" />}
      {own.error && <Problem error={own.error} retry={() => void own.refetch()} />}
      {!isLoading && rows.length === 0 && !own.error && <NoApps notListed={notListed} />}
      {rows.length > 0 && (
        <ul>
          {rows.map((row) => (
            <AppItem key={`${row.rack}/${row.app}`} row={row} />
          ))}
        </ul>
      )}
      {(hidesRows || rackCount < racks.length) && !isLoading && (
        <p>
          <Button
            kind="quiet"
            onPress={(press) => (hidesRows ? showAll(press) : setRackCount((before) => before + firstRacks))}
          >
            {hidesRows ? `Show all ${all.length}` : 'Show apps of more racks'}
          </Button>
        </p>
      )}
    </Card>
  )
}

/** @param notListed the racks that failed to list their apps */
function NoApps({ notListed: racks }: { readonly notListed: readonly string[] }) {
  if (racks.length === 0) return <p className="soft">There is no app that you can see.</p>
  const names = <VisibleText>{new Intl.ListFormat('en').format(racks)}</VisibleText>
  return (
    <p className="soft">
      {racks.length === 1 ? (
        <>The rack {names} did not list its apps.</>
      ) : (
        <>The racks {names} did not list their apps.</>
      )}{' '}
      Reload this page later.
    </p>
  )
}

function AppItem({ row }: { readonly row: AppRow }) {
  const { rack, app, state, lastPromotion } = row
  return (
    <li className={styles.row}>
      <span>
        <Link to="/apps/$rack/$app" params={{ rack, app }} search={{}}>
          <VisibleText>{app}</VisibleText>
        </Link>{' '}
        <span className="soft">
          on <VisibleText>{rack}</VisibleText>
        </span>
      </span>
      {state !== undefined && <StatusBadge status={state.status} />}
      <span className={styles.release}>{state !== undefined && <RunningRelease row={row} id={state.release} />}</span>
      <p className={styles.deploy}>
        {lastPromotion === null ? (
          'No deploy recorded'
        ) : (
          <>
            Deployed by <VisibleText>{lastPromotion.by}</VisibleText>, <Time at={lastPromotion.at} kind="relative" />
          </>
        )}
      </p>
    </li>
  )
}

function RunningRelease({ row: { rack, app }, id }: { readonly row: AppRow; readonly id: string }) {
  if (id === '') return 'No release runs'
  return (
    <Link to="/apps/$rack/$app/releases" params={{ rack, app }} search={{ open: id }}>
      <Identifier>{id}</Identifier>
    </Link>
  )
}
