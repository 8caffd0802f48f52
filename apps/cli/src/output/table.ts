import widthOf from 'string-width'
import type { Context } from '../context.ts'
import { printable } from './terminal.ts'

type Terminal = Pick<Context, 'columns' | 'styled'>

const gap = '  '
/** The smallest width to which a column is shortened. */
const minWidth = 10
/** The headings of columns with IDs, which users copy, and times. The heading of a time ends with the zone: `(UTC)`. */
const neverShortened = /^ID$|\)$/

/**
 * If the table is wider than the terminal, leaves out empty columns and shortens the widest columns. If these would
 * become too narrow, prints each row as a block with one line per cell. Without a terminal, prints all text in full.
 */
export function table(
  { columns, styled }: Terminal,
  headings: readonly string[],
  rows: readonly (readonly string[])[],
): string[] {
  const all = { headings, rows: rows.map((row) => row.map(printable)) }
  const title = (text: string) => (styled ? `\u001b[1m${text}\u001b[0m` : text)
  const fullWidths = widthsOf(all)
  if (columns === null || totalWidth(fullWidths) <= columns) return lines(title, fullWidths, all)
  const shown = withoutEmptyColumns(all)
  const widths = fitWidths(shown.headings, widthsOf(shown), columns)
  return widths === null ? blocks(title, shown) : lines(title, widths, shown)
}

interface Cells {
  readonly headings: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

function widthsOf({ headings, rows }: Cells): number[] {
  return headings.map((heading, column) => Math.max(widthOf(heading), ...rows.map((row) => widthOf(row[column] ?? ''))))
}

function totalWidth(widths: readonly number[]): number {
  return widths.reduce((total, width) => total + width, gap.length * (widths.length - 1))
}

function withoutEmptyColumns({ headings, rows }: Cells): Cells {
  const hasValue = (_: string, column: number) => rows.length === 0 || rows.some((row) => row[column])
  return { headings: headings.filter(hasValue), rows: rows.map((row) => row.filter(hasValue)) }
}

function lines(title: (text: string) => string, widths: readonly number[], { headings, rows }: Cells): string[] {
  const [first = '', ...rest] = [headings, ...rows].map((row) =>
    widths
      .map((width, column) => pad(shorten(row[column] ?? '', width), width))
      .join(gap)
      .trimEnd(),
  )
  return [title(first), ...rest]
}

/** A cell without a heading marks the whole row. */
function blocks(title: (text: string) => string, { headings, rows }: Cells): string[] {
  return rows.flatMap((row, index) => {
    const mark = row.filter((cell, column) => headings[column] === '' && cell !== '').map((cell) => `${cell} `)
    const cells = headings.flatMap((heading, column) => {
      const cell = row[column] ?? ''
      return heading === '' || cell === '' ? [] : [`${title(`${heading}:`)} ${cell}`]
    })
    const [first = '', ...rest] = cells
    return [...(index === 0 ? [] : ['']), mark.join('') + first, ...rest]
  })
}

/** @returns null if columns would become narrower than `minWidth` */
function fitWidths(headings: readonly string[], fullWidths: readonly number[], columns: number): number[] | null {
  const widths = [...fullWidths]
  const canShrink = headings.map((heading) => !neverShortened.test(heading))
  for (let excess = totalWidth(widths) - columns; excess > 0; excess--) {
    const widest = Math.max(0, ...widths.filter((_, column) => canShrink[column]))
    if (widest <= minWidth) return null
    const index = widths.findLastIndex((width, column) => canShrink[column] && width === widest)
    widths[index] = widest - 1
  }
  return widths
}

function shorten(text: string, width: number): string {
  if (widthOf(text) <= width) return text
  let shortened = ''
  for (const character of text) {
    if (widthOf(shortened) + widthOf(character) > width - 1) break
    shortened += character
  }
  return `${shortened}…`
}

function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)))
}
