import type { CSSProperties } from 'react'
import { ScrollArea } from '../../../../ui/scroll-area.tsx'
import { Spinner } from '../../../../ui/spinner.tsx'
import { VisibleText } from '../../../../ui/visible-text.tsx'
import type { Player, PlayerState } from '../engine/player.ts'
import { usePlayerState } from '../use-player.ts'
import styles from './screen.module.css'
import { ScreenRow } from './screen-row.tsx'

export function Screen({ player }: { readonly player: Player }) {
  const screen = usePlayerState(player, (state) => state.screen)
  const gap = usePlayerState(player, recentGap)
  if (screen === null) return <Spinner label="Waiting for the recording" />
  const { cols, rows, cursor } = screen
  return (
    <div className={styles.frame}>
      <ScrollArea label="Recorded terminal">
        <div className={styles.screen} style={{ '--cols': cols } as CSSProperties} data-terminal>
          {rows.map((row, y) => (
            <ScreenRow key={`${y}`} row={row} />
          ))}
          {cursor !== null && (
            <span
              className={styles.cursor}
              style={{ insetInlineStart: `${cursor.x}ch`, top: `calc(${cursor.y} * var(--line-height))` }}
              aria-hidden
            />
          )}
        </div>
      </ScrollArea>
      {gap !== null && (
        <p className={styles.gap} role="status">
          <VisibleText>{gap}</VisibleText>
        </p>
      )}
    </div>
  )
}

/** Milliseconds. */
const gapDuration = 3_000

function recentGap({ markers, position }: PlayerState): string | null {
  const gap = markers.findLast(({ isGap, at }) => isGap && at <= position && position - at < gapDuration)
  return gap?.text ?? null
}
