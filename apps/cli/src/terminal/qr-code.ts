import { encode } from 'uqr'

/** The width of the empty margin around the code, in modules. Cameras need this margin. */
const border = 4

/** White on black of the fixed palette, because the other colors depend on the theme of the terminal. */
const colors = { start: '\u001b[38;5;231;48;5;16m', end: '\u001b[0m' } as const

/** The half block for a pair of modules, one above the other. The light modules are drawn. */
const blocks = { both: '█', upper: '▀', lower: '▄', none: ' ' } as const

export interface TextQrCode {
  readonly lines: readonly string[]
  /** The width of each line, in columns. */
  readonly width: number
}

/**
 * A QR code in half blocks: each character shows two modules.
 *
 * @param colored `false` for a terminal without colors. The code is then legible only on a dark background.
 */
export function textQrCode(text: string, { colored }: { readonly colored: boolean }): TextQrCode {
  const { data, size } = encode(text, { border })
  const isLight = (row: number, column: number) => data[row]?.[column] === false
  const lines: string[] = []
  for (let row = 0; row < size; row += 2) {
    const line = Array.from({ length: size }, (_, column) => blockFor(isLight(row, column), isLight(row + 1, column)))
    lines.push(colored ? `${colors.start}${line.join('')}${colors.end}` : line.join(''))
  }
  return { lines, width: size }
}

function blockFor(isUpperLight: boolean, isLowerLight: boolean): string {
  if (isUpperLight) return isLowerLight ? blocks.both : blocks.upper
  return isLowerLight ? blocks.lower : blocks.none
}
