import type { Recording } from '@rack-gateway/gateway-api'
import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { RefreshButton } from '../../../ui/controls/refresh-button.tsx'
import { Page } from '../../../ui/layout/page.tsx'
import { Problem } from '../../../ui/problems/problem.tsx'
import { Badge } from '../../../ui/status/badge.tsx'
import { Spinner } from '../../../ui/status/spinner.tsx'
import { VisibleText } from '../../../ui/text/visible-text.tsx'
import { Time } from '../../../ui/time/time.tsx'
import { StateBadge } from '../list/recording-table.tsx'
import { recordingQuery } from '../recording/recording-queries.ts'
import { commandOrRoute, locationOf } from '../recording/recording-state.ts'
import { EndSession } from './end-session.tsx'
import { RecordingPlayer } from './recording-player.tsx'

export default function PlayerPage() {
  const { recording: id } = useParams({ from: '/recordings/$recording' })
  const { data: recording, error, refetch } = useQuery(recordingQuery(id))
  const [endedId, setEndedId] = useState<string | null>(null)
  // The live stream of the recording ends some moments before the API reports the end of the session.
  const isLive = recording?.endedAt === null && endedId !== id
  if (recording)
    return (
      <Page
        title={commandOrRoute(recording)}
        summary={<Summary recording={recording} isLive={isLive} />}
        actions={
          <>
            <Link to="/recordings" search={{}}>
              All recordings
            </Link>
            <RefreshButton queryKind="recording" />
            {isLive && <EndSession recording={recording} />}
          </>
        }
      >
        {recording.removedBecause === null ? (
          <RecordingPlayer
            key={id}
            recording={recording}
            onSessionEnd={() => {
              setEndedId(id)
              void refetch()
            }}
          />
        ) : (
          <p>
            This recording was removed: <VisibleText>{recording.removedBecause}</VisibleText>. Its audit events remain.
          </p>
        )}
      </Page>
    )
  return (
    <Page title="Recording">
      {error && <Problem error={error} retry={() => void refetch()} />}
      {recording === undefined && !error && <Spinner label="Loading the recording" />}
      {recording === null && (
        <p>
          There is no recording with this ID. <Link to="/recordings">Show all recordings</Link>.
        </p>
      )}
    </Page>
  )
}

function Summary({ recording, isLive }: { readonly recording: Recording; readonly isLive: boolean }) {
  const hasJustEnded = !isLive && recording.endedAt === null
  return (
    <>
      {hasJustEnded ? <Badge tone="allow">Ended</Badge> : <StateBadge recording={recording} />}{' '}
      <VisibleText>{recording.principal.name}</VisibleText> on <VisibleText>{locationOf(recording)}</VisibleText>,{' '}
      <Time at={recording.startedAt} />. The audit log records that you opened it.
    </>
  )
}
