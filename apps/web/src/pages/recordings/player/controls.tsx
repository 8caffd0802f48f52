import { Pause, Play, Radio, SkipForward } from 'lucide-react'
import { Button } from '../../../ui/controls/button.tsx'
import { CopyButton } from '../../../ui/controls/copy-button.tsx'
import { SelectField } from '../../../ui/controls/fields.tsx'
import { durationText } from '../recording/duration.ts'
import styles from './controls.module.css'
import { type Player, speeds } from './engine/player.ts'
import { isSessionOver, usePlayerState } from './hooks/use-player.ts'

const speedOptions = speeds.map((speed) => ({ value: `${speed}`, label: `${speed}×` }))

interface ControlsProps {
  readonly player: Player
  readonly isLive: boolean
  readonly onReconnect: () => void
}

export function Controls({ player, isLive, onReconnect }: ControlsProps) {
  const isRunning = usePlayerState(player, ({ isPlaying, isFollowing }) => isPlaying || isFollowing)
  const speed = usePlayerState(player, (state) => state.speed)
  const skipsIdle = usePlayerState(player, (state) => state.skipsIdle)
  return (
    <div className={styles.controls}>
      <Button aria-label={isRunning ? 'Pause' : 'Play'} onPress={() => player.toggle()}>
        {isRunning ? <Pause aria-hidden /> : <Play aria-hidden />}
      </Button>
      <Clock player={player} />
      {isLive && <LiveButton player={player} onReconnect={onReconnect} />}
      <SelectField
        isInline
        label="Speed"
        value={`${speed}`}
        onChange={(value) => player.setSpeed(Number(value))}
        options={speedOptions}
      />
      <button
        type="button"
        className={styles.toggle}
        aria-pressed={skipsIdle}
        title="Shows at most two seconds of each pause"
        onClick={() => player.toggleIdle()}
      >
        <SkipForward aria-hidden size={16} /> Skip idle
      </button>
      <LinkToSecond player={player} />
      <p className={styles.keys}>
        <kbd>Space</kbd> play · <kbd>←</kbd> <kbd>→</kbd> 5 s · <kbd>[</kbd> <kbd>]</kbd> speed · <kbd>i</kbd> idle ·{' '}
        <kbd>/</kbd> search
      </p>
    </div>
  )
}

function Clock({ player }: { readonly player: Player }) {
  const shown = usePlayerState(player, ({ seekingTo, position }) => durationText(seekingTo ?? position))
  const length = usePlayerState(player, ({ duration }) => durationText(duration))
  return (
    <p className={styles.clock}>
      {shown} / {length}
    </p>
  )
}

function LiveButton({ player, onReconnect }: Pick<ControlsProps, 'player' | 'onReconnect'>) {
  const isFollowing = usePlayerState(player, (state) => state.isFollowing)
  const isLoaded = usePlayerState(player, (state) => state.isLoaded)
  const end = usePlayerState(player, (state) => state.end)
  if (isSessionOver(end)) return <span className={styles.over}>The session has ended</span>
  if (isLoaded) return end === null || end === 'open' ? <Button onPress={onReconnect}>Reconnect</Button> : null
  return (
    <button
      type="button"
      className={`${styles.toggle} ${styles.live}`}
      aria-pressed={isFollowing}
      title="Shows the newest output as it arrives"
      onClick={() => player.follow()}
    >
      <Radio aria-hidden size={16} /> Live
    </button>
  )
}

function LinkToSecond({ player }: { readonly player: Player }) {
  const second = usePlayerState(player, ({ position }) => Math.floor(position / 1_000))
  const address = `${location.origin}${location.pathname}?t=${second}`
  return <CopyButton text={address} what={`The link to ${durationText(second * 1_000)}`} label="Copy link" />
}
