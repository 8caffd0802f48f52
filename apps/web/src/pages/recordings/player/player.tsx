import type { Recording } from '@rack-gateway/gateway-api'
import { useSearch } from '@tanstack/react-router'
import { useRef } from 'react'
import { can } from '../../../api/can.ts'
import { useMe } from '../../../api/queries.ts'
import { Problem } from '../../../ui/problem.tsx'
import { Spinner } from '../../../ui/spinner.tsx'
import { Controls } from './controls.tsx'
import { EventPanel } from './events/event-panel.tsx'
import { Notes } from './notes.tsx'
import styles from './player.module.css'
import { startPosition } from './player-search.ts'
import { Screen } from './screen/screen.tsx'
import { SearchPanel } from './search/search-panel.tsx'
import { Timeline } from './timeline.tsx'
import { useAddress } from './use-address.ts'
import { type OpenPlayer, usePlayer } from './use-player.ts'
import { usePlayerKeys } from './use-player-keys.ts'

interface PlayerProps {
  readonly recording: Recording
  readonly onSessionEnd: () => void
}

/** The player, with its search and the audit events of the session. */
export function Player({ recording, onSessionEnd }: PlayerProps) {
  const search = useSearch({ from: '/recordings/$recording' })
  const { opened, isLive, error, retry } = usePlayer(recording, {
    startAt: startPosition(search, recording.startedAt),
    onSessionEnd,
  })
  return (
    <>
      {error && <Problem error={error} retry={retry} />}
      {opened === null && !error && <Spinner label="Opening the recording" />}
      {opened && (
        <LoadedPlayer
          opened={opened}
          recording={recording}
          isLive={isLive}
          hasFailed={error !== null}
          onReconnect={retry}
        />
      )}
    </>
  )
}

interface LoadedPlayerProps {
  readonly opened: OpenPlayer
  readonly recording: Recording
  readonly isLive: boolean
  readonly hasFailed: boolean
  readonly onReconnect: () => void
}

function LoadedPlayer({ opened, recording, isLive, hasFailed, onReconnect }: LoadedPlayerProps) {
  const { player, tape } = opened
  const me = useMe()
  const field = useRef<HTMLDivElement>(null)
  useAddress(player, recording.id)
  usePlayerKeys(player, () => field.current?.querySelector('input')?.focus())
  return (
    <div className={styles.layout}>
      <div className={styles.stage}>
        <Screen player={player} />
        <Timeline player={player} recording={recording} />
        <Controls player={player} isLive={isLive && !hasFailed} onReconnect={onReconnect} />
        <Notes player={player} recording={recording} isLive={isLive} hasFailed={hasFailed} />
      </div>
      <div className={styles.side}>
        <SearchPanel ref={field} player={player} tape={tape} />
        {can(me, 'gateway:audit:read') && <EventPanel player={player} recording={recording} />}
      </div>
    </div>
  )
}
