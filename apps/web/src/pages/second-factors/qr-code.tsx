import { encode } from 'uqr'
import styles from './second-factors.module.css'

/** Modules around the code, which cameras need. */
const border = 4

/** A QR code as one path: the content security policy permits no images of other kinds. */
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
