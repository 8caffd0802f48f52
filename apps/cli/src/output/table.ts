import widthOf from 'string-width'
import type { Context } from '../context.ts'
import { printable } from './terminal.ts'

type Screen = Pick<Context, 'columns' | 'styled'>

const gap = '  '
/** No column is cut to less: what is left of a text would say nothing. */
const narrowest = 10
/** An id, which is to be copied, and a time, with its zone, are never cut. */
const whole = /^ID$|\)$/

/**
 * Rows under their headings, in columns. On a terminal each row is one line of it: columns without a value are left out, and
 * what is too long is cut, in the widest columns first, and ends in `…`. Where that would leave too little each row is a
 * block, a line a cell. Elsewhere all is said whole.
 */
export function table(
  { columns, styled }: Screen,
  headings: readonly string[],
  rows: readonly (readonly string[])[],
): string[] {
  const all = { headings, rows: rows.map((row) => row.map(printable)) }
  const title = (text: string) => (styled ? `\u001b[1m${text}\u001b[0m` : text)
  const wanted = widthsOf(all)
  if (columns === null || lengthOf(wanted) <= columns) return lines(title, wanted, all)
  const said = withoutEmptyColumns(all)
  const widths = fitting(said.headings, widthsOf(said), columns)
  return widths === null ? blocks(title, said) : lines(title, widths, said)
}

interface Cells {
  readonly headings: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

function widthsOf({ headings, rows }: Cells): number[] {
  return headings.map((heading, column) => Math.max(widthOf(heading), ...rows.map((row) => widthOf(row[column] ?? ''))))
}

function lengthOf(widths: readonly number[]): number {
  return widths.reduce((total, width) => total + width, gap.length * (widths.length - 1))
}

/** Where room is short, a heading over nothing takes none. */
function withoutEmptyColumns({ headings, rows }: Cells): Cells {
  const isSaid = (_: string, column: number) => rows.length === 0 || rows.some((row) => row[column])
  return { headings: headings.filter(isSaid), rows: rows.map((row) => row.filter(isSaid)) }
}

function lines(title: (text: string) => string, widths: readonly number[], { headings, rows }: Cells): string[] {
  const [first = '', ...rest] = [headings, ...rows].map((row) =>
    widths
      .map((width, column) => padded(cut(row[column] ?? '', width), width))
      .join(gap)
      .trimEnd(),
  )
  return [title(first), ...rest]
}

/** A cell without a heading is a mark of the whole row. */
function blocks(title: (text: string) => string, { headings, rows }: Cells): string[] {
  return rows.flatMap((row, index) => {
    const mark = row.filter((cell, column) => headings[column] === '' && cell !== '').map((cell) => `${cell} `)
    const said = headings.flatMap((heading, column) => {
      const cell = row[column] ?? ''
      return heading === '' || cell === '' ? [] : [`${title(`${heading}:`)} ${cell}`]
    })
    const [first = '', ...rest] = said
    return [...(index === 0 ? [] : ['']), mark.join('') + first, ...rest]
  })
}

/** Narrows the widest columns until all fit; null where none can be narrower. */
function fitting(headings: readonly string[], wanted: readonly number[], columns: number): number[] | null {
  const widths = [...wanted]
  const narrowed = headings.map((heading) => !whole.test(heading))
  for (let over = lengthOf(widths) - columns; over > 0; over--) {
    const widest = Math.max(0, ...widths.filter((_, column) => narrowed[column]))
    if (widest <= narrowest) return null
    const at = widths.findLastIndex((width, column) => narrowed[column] && width === widest)
    widths[at] = widest - 1
  }
  return widths
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
