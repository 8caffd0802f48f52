import { encode } from 'uqr'
import styles from './qr-code.module.css'

/** The width of the empty margin around the code, in modules. Cameras need this margin. */
const border = 4

/** A QR code as one path of an inline SVG, because the content security policy forbids `data:` images. */
export function QrCode({ text, label }: { readonly text: string; readonly label: string }) {
  const { data, size } = encode(text, { border })
  return (
    <svg
      className={styles.qr}
      viewBox={`0 0 ${size} ${size}`}
      role="img"
      aria-label={label}
      shapeRendering="crispEdges"
    >
      <path d={svgPathOf(data)} />
    </svg>
  )
}

/** One rectangle for each dark run of a row. */
export function svgPathOf(rows: readonly (readonly boolean[])[]): string {
  return rows
    .flatMap((row, y) =>
      [
        ...row
          .map((isDark) => (isDark ? '#' : ' '))
          .join('')
          .matchAll(/#+/g),
      ].map(({ 0: run, index }) => `M${index} ${y}h${run.length}v1h-${run.length}z`),
    )
    .join('')
}
