import type { IBuffer, IBufferCell } from '@xterm/headless'

/** Adjacent cells that look the same. */
export interface Run {
  readonly text: string
  readonly cells: number
  /** Whether a character can be wider or narrower than its cells, so that the run needs a fixed width. */
  readonly isFixed: boolean
  readonly style: CellStyle
}

export interface CellStyle {
  readonly color: Color
  readonly background: Color
  /** Names of CSS classes. */
  readonly flags: readonly Flag[]
}

/**
 * `inverse-default`: as a text color, the default background color; as a background, the default text color. A number:
 * one of the 16 theme colors.
 */
export type Color = 'default' | 'inverse-default' | number | `rgb(${string})`

const flagTests = {
  bold: 'isBold',
  dim: 'isDim',
  italic: 'isItalic',
  underline: 'isUnderline',
  strikethrough: 'isStrikethrough',
  invisible: 'isInvisible',
} as const satisfies Readonly<Record<string, keyof IBufferCell>>
type Flag = keyof typeof flagTests

/** `RowReader` returns the same object until the line looks different. */
export interface Row {
  readonly key: string
  readonly runs: readonly Run[]
}

/** The largest number of characters that one cell draws, including combining characters. */
const maxCellLength = 16

export class RowReader {
  #rows: readonly Row[] = []

  read(buffer: IBuffer, { cols, rows }: { readonly cols: number; readonly rows: number }): readonly Row[] {
    const before = this.#rows
    this.#rows = Array.from({ length: rows }, (_, y) => {
      const runs = readRuns(buffer, buffer.viewportY + y, cols)
      const key = runs.map(keyOf).join('\u0000')
      const old = before[y]
      return old?.key === key ? old : { key, runs }
    })
    return this.#rows
  }
}

function keyOf({ text, cells, style }: Run): string {
  return `${text} ${cells} ${style.color} ${style.background} ${style.flags.join(' ')}`
}

/** ASCII, Latin, box drawing, and blocks have one cell in every monospaced font. */
const oneCellCharacter = /^[\u0020-\u007e\u00a0-\u00ac\u00ae-\u017f\u2500-\u259f]$/

function readRuns(buffer: IBuffer, y: number, cols: number): Run[] {
  const line = buffer.getLine(y)
  if (line === undefined) return []
  const runs: Run[] = []
  let cell: IBufferCell | undefined = buffer.getNullCell()
  let last: { text: string; cells: number; readonly isFixed: boolean; readonly style: CellStyle; key: string } | null =
    null
  for (let x = 0; x < cols; x++) {
    cell = line.getCell(x, cell)
    if (cell === undefined) break
    const width = cell.getWidth()
    // The second half of a wide character.
    if (width === 0) continue
    const text = cell.getChars().slice(0, maxCellLength) || ' '
    const isFixed = !oneCellCharacter.test(text)
    const style = styleOf(cell)
    const key = `${style.color} ${style.background} ${style.flags.join(' ')}`
    if (last !== null && !isFixed && !last.isFixed && last.key === key) {
      last.text += text
      last.cells += width
      continue
    }
    last = { text, cells: width, isFixed, style, key }
    runs.push(last)
  }
  return trimRuns(runs)
}

function trimRuns(runs: Run[]): Run[] {
  const last = runs.at(-1)
  if (last === undefined || last.style.background !== 'default' || last.style.flags.length > 0) return runs
  const text = last.text.trimEnd()
  if (text === last.text) return runs
  return text === '' ? runs.slice(0, -1) : [...runs.slice(0, -1), { ...last, text, cells: text.length }]
}

function styleOf(cell: IBufferCell): CellStyle {
  const color = colorOf(cell.isFgRGB(), cell.isFgPalette(), cell.getFgColor())
  const background = colorOf(cell.isBgRGB(), cell.isBgPalette(), cell.getBgColor())
  const flags = (Object.keys(flagTests) as Flag[]).filter((flag) => cell[flagTests[flag]]() !== 0)
  if (cell.isInverse() === 0) return { color, background, flags }
  return {
    color: background === 'default' ? 'inverse-default' : background,
    background: color === 'default' ? 'inverse-default' : color,
    flags,
  }
}

function colorOf(isRgb: boolean, isPalette: boolean, value: number): Color {
  if (isRgb) return `rgb(${value >> 16} ${(value >> 8) & 0xff} ${value & 0xff})`
  if (!isPalette) return 'default'
  if (value < 16) return value
  return value < 232 ? cubeColor(value - 16) : grayColor(value - 232)
}

/** Colors 16 to 231 of xterm: a cube of six levels. */
function cubeColor(index: number): Color {
  const level = (step: number) => (step === 0 ? 0 : 55 + 40 * step)
  return `rgb(${level(Math.floor(index / 36))} ${level(Math.floor(index / 6) % 6)} ${level(index % 6)})`
}

/** Colors 232 to 255 of xterm. */
function grayColor(index: number): Color {
  const level = 8 + 10 * index
  return `rgb(${level} ${level} ${level})`
}
