import type { Recording } from '@rack-gateway/gateway-api'
import { useSearch } from '@tanstack/react-router'
import { useRef } from 'react'
import { can } from '../../../api/can.ts'
import { useMe } from '../../../api/queries.ts'
import { Problem } from '../../../ui/problems/problem.tsx'
import { Spinner } from '../../../ui/status/spinner.tsx'
import { Controls } from './controls.tsx'
import { SessionEventPanel } from './events/session-event-panel.tsx'
import { useAddress } from './hooks/use-address.ts'
import { type OpenPlayer, usePlayer } from './hooks/use-player.ts'
import { usePlayerKeys } from './hooks/use-player-keys.ts'
import { Notes } from './notes.tsx'
import { startPosition } from './player-search.ts'
import styles from './recording-player.module.css'
import { Screen } from './screen/screen.tsx'
import { SearchPanel } from './search/search-panel.tsx'
import { Timeline } from './timeline.tsx'

interface RecordingPlayerProps {
  readonly recording: Recording
  readonly onSessionEnd: () => void
}

export function RecordingPlayer({ recording, onSessionEnd }: RecordingPlayerProps) {
  const search = useSearch({ from: '/recordings/$recording' })
  const { openPlayer, isLive, error, retry } = usePlayer(recording, {
    startAt: startPosition(search, recording.startedAt),
    onSessionEnd,
  })
  return (
    <>
      {error && <Problem error={error} retry={retry} />}
      {openPlayer === null && !error && <Spinner label="Opening the recording" />}
      {openPlayer && (
        <LoadedPlayer
          openPlayer={openPlayer}
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
  readonly openPlayer: OpenPlayer
  readonly recording: Recording
  readonly isLive: boolean
  readonly hasFailed: boolean
  readonly onReconnect: () => void
}

function LoadedPlayer({ openPlayer, recording, isLive, hasFailed, onReconnect }: LoadedPlayerProps) {
  const { player, recordingEvents } = openPlayer
  const me = useMe()
  const field = useRef<HTMLDivElement>(null)
  useAddress(player)
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
        <SearchPanel ref={field} player={player} recordingEvents={recordingEvents} />
        {can(me, 'gateway:audit:read') && <SessionEventPanel player={player} recording={recording} />}
      </div>
    </div>
  )
}
