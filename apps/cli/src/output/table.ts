import widthOf from 'string-width'
import type { Context } from '../invocation/context.ts'
import { printable } from '../terminal/terminal.ts'

type Terminal = Pick<Context, 'columns' | 'styled'>

const gap = '  '
/** The smallest width to which a column is shortened. */
const minWidth = 10
/**
 * The headings of columns with IDs, which users copy, with times, and with results, whose end matters. The heading of a
 * time ends with the zone: `(UTC)`.
 */
const neverShortened = /^ID$|^RESULT$|\)$/

export interface NarrowTable {
  /** The rows with shorter cells, for a terminal on which the full rows are too wide. */
  readonly shortRows?: readonly (readonly string[])[]
  /** The heading of the column that keeps its width while the other columns can be shortened. */
  readonly favored?: string
}

/**
 * If the table is wider than the terminal, leaves out empty columns and shortens the widest columns. If these would
 * become too narrow, prints each row as a block with one line per cell. Without a terminal, prints all text in full.
 */
export function table(
  { columns, styled }: Terminal,
  headings: readonly string[],
  rows: readonly (readonly string[])[],
  { shortRows = rows, favored }: NarrowTable = {},
): string[] {
  const all = printableCells(headings, rows)
  const title = (text: string) => (styled ? `\u001b[1m${text}\u001b[0m` : text)
  const fullWidths = widthsOf(all)
  if (columns === null || totalWidth(fullWidths) <= columns) return lines(title, fullWidths, all)
  const shown = withoutEmptyColumns(printableCells(headings, shortRows))
  const widths = fitWidths(shown.headings, widthsOf(shown), { columns, favored })
  return widths === null ? blocks(title, withoutEmptyColumns(all)) : lines(title, widths, shown)
}

function printableCells(headings: readonly string[], rows: readonly (readonly string[])[]): Cells {
  return { headings, rows: rows.map((row) => row.map(printable)) }
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

/** @returns null if columns would become too narrow */
function fitWidths(
  headings: readonly string[],
  fullWidths: readonly number[],
  { columns, favored }: { readonly columns: number; readonly favored: string | undefined },
): number[] | null {
  const widths = [...fullWidths]
  let excess = totalWidth(widths) - columns
  for (const { isFavored, min } of stagesOf(favored)) {
    const canShrink = headings.map((heading) => !neverShortened.test(heading) && (heading === favored) === isFavored)
    while (excess > 0) {
      const widest = Math.max(0, ...widths.filter((_, column) => canShrink[column]))
      if (widest <= min) break
      const index = widths.findLastIndex((width, column) => canShrink[column] && width === widest)
      widths[index] = widest - 1
      excess--
    }
  }
  return excess > 0 ? null : widths
}

/** Which columns are shortened, in this order, and to which width. */
function stagesOf(favored: string | undefined): readonly { readonly isFavored: boolean; readonly min: number }[] {
  if (favored === undefined) return [{ isFavored: false, min: minWidth }]
  return [
    { isFavored: false, min: minWidth },
    { isFavored: true, min: 24 },
    { isFavored: false, min: 7 },
    { isFavored: true, min: 16 },
  ]
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
