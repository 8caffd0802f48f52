import { type CSSProperties, memo } from 'react'
import { ScrollArea } from '../../../../ui/layout/scroll-area.tsx'
import { Spinner } from '../../../../ui/status/spinner.tsx'
import { VisibleText } from '../../../../ui/text/visible-text.tsx'
import type { Player, PlayerState } from '../engine/player.ts'
import type { CellStyle, Color, Row } from '../engine/screen-rows.ts'
import { usePlayerState } from '../hooks/use-player.ts'
import styles from './screen.module.css'

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

const ScreenRow = memo(function ScreenRow({ row }: { readonly row: Row }) {
  return (
    <div className={styles.row}>
      {row.runs.map(({ text, cells, isFixed, style }, index) => (
        <span key={`${index}`} className={classOf(style, isFixed)} style={inlineStyle(style, isFixed ? cells : null)}>
          {text}
        </span>
      ))}
    </div>
  )
})

function classOf({ color, background, flags }: CellStyle, isFixed: boolean): string {
  return [
    styles.run,
    isFixed && styles.fixed,
    color === 'inverse-default' && styles.textInBackgroundColor,
    background === 'inverse-default' && styles.backgroundInTextColor,
    ...flags.map((flag) => styles[flag]),
  ]
    .filter(Boolean)
    .join(' ')
}

/** React sets styles by the CSS object model, which the content security policy allows. */
function inlineStyle({ color, background }: CellStyle, cells: number | null): CSSProperties {
  return {
    ...(isColor(color) && { color: cssColor(color) }),
    ...(isColor(background) && { background: cssColor(background) }),
    ...(cells !== null && { width: `${cells}ch` }),
  }
}

function isColor(color: Color): color is Exclude<Color, 'default' | 'inverse-default'> {
  return color !== 'default' && color !== 'inverse-default'
}

function cssColor(color: number | string): string {
  return typeof color === 'number' ? `var(--ansi-${color})` : color
}
