import type { Recording } from '@rack-gateway/gateway-api'
import { Stack } from '../../../ui/layout/stack.tsx'
import { Badge } from '../../../ui/status/badge.tsx'
import { VisibleText } from '../../../ui/text/visible-text.tsx'
import { durationText } from '../recording/duration.ts'
import type { CastEnd } from './engine/load-recording.ts'
import type { Player } from './engine/player.ts'
import { maxRecordingLength } from './engine/recording-events.ts'
import { usePlayerState } from './hooks/use-player.ts'
import styles from './notes.module.css'

/** `open`, `cut`, `unproven`, and `broken` have the same sentences in `rack-gateway audit play`. */
const ends: Readonly<Record<CastEnd, { readonly isWhole: boolean; readonly text: string }>> = {
  complete: {
    isWhole: true,
    text: 'Verified: every part is stored as it was recorded, including the last part.',
  },
  open: { isWhole: true, text: 'This is the recording so far. The session still runs, or is not closed yet.' },
  cut: {
    isWhole: false,
    text: 'The recording is cut, because the gateway process ended before the session. The part above is proven, and the rest is lost.',
  },
  unproven: {
    isWhole: false,
    text: 'The recording is not proven, because its events are no longer in the audit log. Verify it with the archive of its month: rack-gateway audit verify --recordings … --archive …',
  },
  broken: {
    isWhole: false,
    text: 'The recording is broken: a part of it is missing or was changed. Tell the operator of the gateway.',
  },
  'too-long': {
    isWhole: false,
    text: `The recording is longer than ${maxRecordingLength / 1024 / 1024} MB, so the rest is not shown here. Play it in a terminal: rack-gateway audit play`,
  },
}

interface NotesProps {
  readonly player: Player
  readonly recording: Recording
  readonly isLive: boolean
  /** Whether the page already shows why loading failed. */
  readonly hasFailed: boolean
}

export function Notes({ player, recording, isLive, hasFailed }: NotesProps) {
  const markers = usePlayerState(player, (state) => state.markers)
  const isLoaded = usePlayerState(player, (state) => state.isLoaded)
  const end = usePlayerState(player, (state) => state.end)
  return (
    <Stack gap={2}>
      {isLoaded && end === null && !hasFailed && (
        <p className={styles.problem} role="alert">
          {isLive
            ? 'The connection was lost while the session was running. Reconnect to see the rest.'
            : 'The recording ended early: the next part was changed, or the connection failed. Reload this page. If it ends here again, tell the operator of the gateway.'}
        </p>
      )}
      {end !== null && (
        <p className={ends[end].isWhole ? 'soft' : styles.problem} role="status">
          {ends[end].text}
          {end === 'too-long' && ` ${recording.id}`}
        </p>
      )}
      {markers.length > 0 && (
        <ul className={styles.markers} aria-label="Notes of the recording">
          {markers.map(({ at, text, isGap, isEnd }, index) => (
            <li key={`${index}`}>
              <button type="button" className={styles.time} onClick={() => player.seek(at)}>
                {durationText(at)}
              </button>
              {isGap && <Badge tone="warn">Missing</Badge>}
              {isEnd && <Badge tone="neutral">Ended</Badge>}
              <VisibleText>{text}</VisibleText>
            </li>
          ))}
        </ul>
      )}
    </Stack>
  )
}
