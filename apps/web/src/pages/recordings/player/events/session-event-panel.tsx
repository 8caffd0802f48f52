import type { Recording } from '@rack-gateway/gateway-api'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Stack } from '../../../../ui/layout/stack.tsx'
import { Problem } from '../../../../ui/problems/problem.tsx'
import { Spinner } from '../../../../ui/status/spinner.tsx'
import { VisibleText } from '../../../../ui/text/visible-text.tsx'
import { useTimeZone } from '../../../../ui/time/time-zone.ts'
import { eventSentence } from '../../../audit/detail/event-sentence.ts'
import { durationText } from '../../recording/duration.ts'
import type { Player } from '../engine/player.ts'
import { usePlayerState } from '../hooks/use-player.ts'
import styles from './session-event-panel.module.css'
import { type SessionEvent, sessionEventsQuery } from './session-events.ts'

interface SessionEventPanelProps {
  readonly player: Player
  readonly recording: Recording
}

export function SessionEventPanel({ player, recording }: SessionEventPanelProps) {
  const { data, error, refetch } = useQuery(sessionEventsQuery(recording))
  return (
    <Stack as="section" gap={2} aria-label="Audit events">
      <h2>Audit events</h2>
      {error && <Problem error={error} retry={() => void refetch()} />}
      {data === undefined && !error && <Spinner label="Loading the audit events" />}
      {data && (
        <>
          {data.readers.length > 0 && (
            <p className="hint">
              Opened by <VisibleText>{data.readers.join(', ')}</VisibleText>
            </p>
          )}
          <EventList player={player} events={data.events} />
          {data.hasMore && <p className="hint">Only the newest events of the person are listed.</p>}
        </>
      )}
    </Stack>
  )
}

function EventList({ player, events }: { readonly player: Player; readonly events: readonly SessionEvent[] }) {
  const zone = useTimeZone()
  const current = usePlayerState(player, ({ position }) => events.findLast(({ at }) => at <= position)?.id)
  return (
    <ol className={styles.events}>
      {events.map(({ id, at, event }) => (
        <li key={id} aria-current={id === current ? 'time' : undefined}>
          <button type="button" className={styles.time} onClick={() => player.seek(at)}>
            {durationText(at)}
          </button>
          <Link to="/audit/$event" params={{ event: id }} search={{}} preload={false} className={styles.link}>
            <VisibleText>{eventSentence(event, zone)}</VisibleText>
          </Link>
        </li>
      ))}
    </ol>
  )
}
