import widthOf from 'string-width'
import type { Context } from './context.ts'
import { printable } from './terminal.ts'

type Screen = Pick<Context, 'columns' | 'styled'>

const gap = '  '
/** No column is cut to less. */
const narrowest = 4
/** What is to be copied is never cut. */
const whole = 'ID'

/**
 * Rows under their headings, in columns. On a terminal each row is one line of it: what is too long is cut, in the widest
 * columns first, and ends in `…`. Elsewhere nothing is cut.
 */
export function table(
  { columns, styled }: Screen,
  headings: readonly string[],
  rows: readonly (readonly string[])[],
): string[] {
  const lines = [headings, ...rows.map((row) => row.map(printable))]
  const wanted = headings.map((_, column) => Math.max(...lines.map((line) => widthOf(line[column] ?? ''))))
  const widths = columns === null ? wanted : fitting(headings, wanted, columns - gap.length * (headings.length - 1))
  const shown = lines.map((line) =>
    widths
      .map((width, column) => padded(cut(line[column] ?? '', width), width))
      .join(gap)
      .trimEnd(),
  )
  const [title = '', ...body] = shown
  return [styled ? `\u001b[1m${title}\u001b[0m` : title, ...body]
}

/** Narrows the widest columns until all fit, or none can be narrower. */
function fitting(headings: readonly string[], wanted: readonly number[], room: number): number[] {
  const widths = [...wanted]
  const narrowed = headings.map((heading) => heading !== whole)
  for (let over = sum(widths) - room; over > 0; over--) {
    const widest = Math.max(0, ...widths.filter((_, column) => narrowed[column]))
    if (widest <= narrowest) break
    const at = widths.findLastIndex((width, column) => narrowed[column] && width === widest)
    widths[at] = widest - 1
  }
  return widths
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0)
}

function cut(text: string, width: number): string {
  if (widthOf(text) <= width) return text
  let kept = ''
  for (const character of text) {
    if (widthOf(kept) + widthOf(character) > width - 1) break
    kept += character
  }
  return `${kept}…`
}

function padded(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)))
}
