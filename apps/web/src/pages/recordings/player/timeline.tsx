import type { Recording } from '@rack-gateway/gateway-api'
import type { CSSProperties } from 'react'
import { durationText } from '../recording/duration.ts'
import type { Player, PlayerState } from './engine/player.ts'
import { usePlayerState } from './hooks/use-player.ts'
import styles from './timeline.module.css'

interface TimelineProps {
  readonly player: Player
  readonly recording: Recording
}

/** Until an ended recording is loaded, the length of the slider comes from the start and the end of the session. */
export function Timeline({ player, recording: { startedAt, endedAt } }: TimelineProps) {
  const position = usePlayerState(player, ({ seekingTo, position }) => Math.floor((seekingTo ?? position) / 100) * 100)
  const duration = usePlayerState(player, (state) => state.duration)
  const isLoaded = usePlayerState(player, (state) => state.isLoaded)
  const markers = usePlayerState(player, (state) => state.markers)
  const expected = endedAt === null || isLoaded ? 0 : Date.parse(endedAt) - Date.parse(startedAt)
  const length = Math.max(duration, expected, 1)
  return (
    <div className={styles.timeline}>
      <input
        type="range"
        className={styles.slider}
        aria-label="Time"
        aria-valuetext={`${durationText(position)} of ${durationText(length)}`}
        min={0}
        max={length}
        step={100}
        value={Math.min(position, length)}
        onChange={(event) => player.seek(Number(event.currentTarget.value))}
      />
      {markers
        .filter(({ isGap }) => isGap)
        .map(({ at }, index) => (
          <span key={`${index}`} className={styles.gap} style={{ '--at': at / length } as CSSProperties} aria-hidden />
        ))}
      <Loading player={player} />
    </div>
  )
}

function Loading({ player }: { readonly player: Player }) {
  const text = usePlayerState(player, loadingText)
  return (
    <p className={styles.loading} role="status">
      {text}
    </p>
  )
}

function loadingText({ isLoaded, isFollowing, duration, seekingTo }: PlayerState): string {
  if (seekingTo !== null && !isLoaded && seekingTo > duration)
    return `Going to ${durationText(seekingTo)}, loaded up to ${durationText(duration)}`
  return isLoaded || isFollowing ? '' : `Loaded up to ${durationText(duration)}`
}
