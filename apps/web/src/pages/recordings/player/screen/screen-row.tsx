import { type CSSProperties, memo } from 'react'
import type { CellStyle, Color, Row } from '../engine/screen-rows.ts'
import styles from './screen.module.css'

export const ScreenRow = memo(function ScreenRow({ row }: { readonly row: Row }) {
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

/** React sets styles by the CSS object model, which the content security policy permits. */
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
