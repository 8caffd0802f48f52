import type { RackActivity, RackStatus } from '@rack-gateway/gateway-api'
import { useState } from 'react'
import { serverNow } from '../../../api/client.ts'
import { Button } from '../../../ui/controls/button.tsx'
import { ObserveModeBadge, ObserveModeIcon } from '../../../ui/observe-mode/observe-mode-badge.tsx'
import { Badge } from '../../../ui/status/badge.tsx'
import { Spinner } from '../../../ui/status/spinner.tsx'
import { VisibleText } from '../../../ui/text/visible-text.tsx'
import { activityText, sumActivity } from './activity-text.ts'
import { type RackHealth, racksByHealth } from './rack-health.ts'
import styles from './rack-list.module.css'

interface RackListProps {
  readonly racks: readonly RackStatus[]
  readonly waitingFor?: readonly string[]
  /** If there are more racks, the healthy ones are compact cells until the person asks for rows. */
  readonly maxRows?: number
  /** The calls of the last hour, and the live calls. While they are `pending`, their lines keep their place. */
  readonly activity?: RackActivity | 'pending' | undefined
}

export function RackList({ racks, waitingFor = [], maxRows = 8, activity }: RackListProps) {
  const [showsAll, setShowsAll] = useState(false)
  const sorted = racksByHealth(racks, serverNow())
  const isCompact = sorted.length + waitingFor.length > maxRows && !showsAll
  const unhealthy = sorted.filter(({ health }) => !health.isHealthy)
  const healthy = sorted.filter(({ health }) => health.isHealthy)
  const cells = isCompact ? healthy : []
  const activityOf = (name: string) =>
    activity === 'pending' ? activity : activity?.racks.find((rack) => rack.name === name)
  return (
    <>
      <ul className={styles.rows}>
        {unhealthy.map(({ rack, health }) => (
          <RackRow key={rack.name} rack={rack} health={health} activity={activityOf(rack.name)} />
        ))}
        {waitingFor.length > 0 && <Waiting racks={waitingFor} />}
        {!isCompact &&
          healthy.map(({ rack, health }) => (
            <RackRow key={rack.name} rack={rack} health={health} activity={activityOf(rack.name)} />
          ))}
      </ul>
      {cells.length > 0 && (
        <>
          <p className={styles.common}>
            {summaryOf(cells)}
            {activity && ` · last hour: ${activityOfCells(cells.map(({ rack }) => activityOf(rack.name)))}`}{' '}
            <Button kind="quiet" onPress={() => setShowsAll(true)}>
              Show each
            </Button>
          </p>
          <ul className={styles.cells} aria-label="Healthy racks">
            {cells.map(({ rack }) => (
              <li key={rack.name} className={styles.cell}>
                <span className={styles.dot} aria-hidden />
                <VisibleText>{rack.name}</VisibleText>
                <ObserveModeIcon observing={rack.observing} />
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  )
}

type ActivityOfRack = RackActivity['racks'][number] | 'pending' | undefined

function activityOfCells(cells: readonly ActivityOfRack[]): string {
  const known = cells.flatMap((one) => (one === undefined || one === 'pending' ? [] : one))
  return cells.includes('pending') ? '…' : activityText(sumActivity(known))
}

interface RackRowProps {
  readonly rack: RackStatus
  readonly health: RackHealth
  readonly activity: ActivityOfRack
}

function RackRow({ rack, health, activity }: RackRowProps) {
  return (
    <li className={styles.row}>
      <strong className={styles.name}>
        <VisibleText>{rack.name}</VisibleText>
      </strong>
      <Badge tone={health.tone}>{health.word}</Badge>
      <span className={styles.facts}>
        <VisibleText>{detailsOf(rack, health)}</VisibleText>
      </span>
      <p className={styles.mode}>
        <ObserveModeBadge observing={rack.observing} />
      </p>
      {health.why !== null && (
        <p className={styles.why}>
          <VisibleText>{health.why}</VisibleText>
        </p>
      )}
      {activity && (
        <p className={styles.activity}>Last hour: {activity === 'pending' ? '…' : activityText(activity)}</p>
      )}
    </li>
  )
}

const maxNames = 3

function Waiting({ racks }: { readonly racks: readonly string[] }) {
  const more = racks.length - maxNames
  const names = racks.slice(0, maxNames).join(', ')
  return (
    <li className={styles.row}>
      <Spinner label="Asking racks" />
      <span>
        Asking <VisibleText>{more > 0 ? `${names}, and ${more} more` : names}</VisibleText>…
      </span>
    </li>
  )
}

/** Such as `39 healthy · 3.24.9 · certificates valid for at least 89 days`. */
function summaryOf(cells: ReturnType<typeof racksByHealth>): string {
  const versions = [...new Set(cells.flatMap(({ rack }) => rack.version ?? []))].sort()
  const days = cells.flatMap(({ health }) => health.certificateDays ?? [])
  return [
    `${cells.length} healthy`,
    versions.length > 3 ? `${versions.length} versions` : versions.join(', '),
    days.length === 0 ? '' : `certificates valid for at least ${Math.min(...days)} days`,
  ]
    .filter((part) => part !== '')
    .join(' · ')
}

/** Such as `3.24.9 · certificate 89 days · 12 ms`. */
function detailsOf({ version, latencyMs, state }: RackStatus, { certificateDays }: RackHealth): string {
  return [
    version,
    certificateDays === null ? null : `certificate ${certificateDays} ${certificateDays === 1 ? 'day' : 'days'}`,
    state === 'reachable' ? `${latencyMs} ms` : null,
  ]
    .filter((part) => part !== null)
    .join(' · ')
}
