import type { CSSProperties } from 'react'
import { ScrollArea } from '../../../../ui/scroll-area.tsx'
import { Spinner } from '../../../../ui/spinner.tsx'
import type { Player } from '../engine/player.ts'
import { usePlayerState } from '../use-player.ts'
import styles from './screen.module.css'
import { ScreenRow } from './screen-row.tsx'

/** The recorded terminal, in as large a type as its width permits. */
export function Screen({ player }: { readonly player: Player }) {
  const screen = usePlayerState(player, (state) => state.screen)
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
    </div>
  )
}
