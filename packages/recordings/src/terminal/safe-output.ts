import { TerminalParser, type TerminalToken } from './terminal-parser.ts'

// An allowlist of the sequences that only change what the terminal shows.

const controls = new Set(['\b', '\t', '\n', '\u000b', '\u000c', '\r', '\u000e', '\u000f'])
/** Marks that change the direction of text. */
const bidiMarks = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g
/**
 * Cursor movement, saved cursor, erasing, inserting, deleting, scrolling, tab stops, repeating, colors, and margins.
 */
const csiFinals = new Set('ABCDEFGHIJKLMPSTXZ@`abdefgmrsu')
/** Saved cursor, line feeds, and tab stops. */
const escapeFinals = new Set('78DEHM')
/**
 * Reverse video, origin, wrapping, blinking and visible cursor, and the alternate screen. Not mouse or focus reports,
 * which cause input.
 */
const privateModes = new Set(['5', '6', '7', '12', '25', '47', '1047', '1048', '1049'])
const alternateScreenModes = new Set(['47', '1047', '1049'])
const charsets = /^[()*+]$/
const charsetNames = /^[0AB]$/
const hugeParameter = /\d{5}/
const largestParameter = 9_999
/** Resets the terminal without clearing its scrollback. */
const softReset = '\u001b[!p\u001b[2J\u001b[H'

/**
 * Makes recorded output safe for another terminal. Removes the sequences for the clipboard, the title, links, and the
 * keyboard, among others.
 */
export class SafeOutput {
  readonly #maxParameter: number
  #parser = new TerminalParser()
  #alternateScreen: string | null = null
  #hasMargins = false

  /**
   * @param maxParameter replaces larger parameters. A terminal that scrolls line by line needs a small value, because
   *   such a terminal takes long for a large parameter
   */
  constructor({ maxParameter = largestParameter }: { readonly maxParameter?: number } = {}) {
    this.#maxParameter = maxParameter
  }

  clone(): SafeOutput {
    const clone = new SafeOutput({ maxParameter: this.#maxParameter })
    clone.#parser = this.#parser.clone()
    clone.#alternateScreen = this.#alternateScreen
    clone.#hasMargins = this.#hasMargins
    return clone
  }

  write(text: string): string {
    let safe = ''
    for (const token of this.#parser.parse(text)) safe += this.#safe(token)
    return safe
  }

  /** The sequences that restore the terminal's normal state. */
  restore(): string {
    const margins = this.#hasMargins ? '\u001b7\u001b[r\u001b8' : ''
    const screen = this.#alternateScreen === null ? '' : `\u001b[?${this.#alternateScreen}l`
    return `${screen}\u001b[0m\u001b[?6l\u001b[?5l\u001b[?7h\u001b[?25h\u001b[4l\u001b(B\u000f${margins}`
  }

  #safe(token: TerminalToken): string {
    switch (token.kind) {
      case 'text':
        return token.text.replace(bidiMarks, '\uFFFD')
      case 'control':
        return controls.has(token.character) ? token.character : ''
      case 'escape':
        return safeEscape(token)
      case 'csi':
        return this.#safeCsi(token)
      case 'string':
        return ''
    }
  }

  #safeCsi(token: TerminalToken & { kind: 'csi' }): string {
    const { prefix, parameters, intermediates, final } = token
    if (hugeParameter.test(parameters)) return ''
    if (final === 'h' || final === 'l') return this.#safeMode(token)
    if (intermediates === ' ' && prefix === '' && final === 'q') return `\u001b[${parameters} q`
    if (intermediates === '!' && prefix === '' && final === 'p') return '\u001b[!p'
    if (intermediates !== '' || !csiFinals.has(final)) return ''
    if (prefix !== '' && !(prefix === '?' && (final === 'J' || final === 'K'))) return ''
    // `CSI 3 J` clears the scrollback.
    if (final === 'J' && parameters.includes('3')) return ''
    if (final === 'r') this.#hasMargins = true
    return `\u001b[${prefix}${this.#limit(parameters)}${final}`
  }

  #limit(parameters: string): string {
    if (this.#maxParameter >= largestParameter || parameters.length < 3) return parameters
    return parameters.replace(/\d+/g, (digits) => `${Math.min(Number(digits), this.#maxParameter)}`)
  }

  #safeMode({ prefix, parameters, intermediates, final }: TerminalToken & { kind: 'csi' }): string {
    if (intermediates !== '') return ''
    const modes = parameters.split(';').filter((mode) => (prefix === '?' ? privateModes.has(mode) : mode === '4'))
    if (modes.length === 0 || (prefix !== '' && prefix !== '?')) return ''
    const screen = modes.find((mode) => alternateScreenModes.has(mode))
    if (screen !== undefined) this.#alternateScreen = final === 'h' ? screen : null
    return `\u001b[${prefix}${modes.join(';')}${final}`
  }
}

function safeEscape({ intermediates, final }: TerminalToken & { kind: 'escape' }): string {
  if (intermediates === '' && final === 'c') return softReset
  if (intermediates === '' && escapeFinals.has(final)) return `\u001b${final}`
  if (charsets.test(intermediates) && charsetNames.test(final)) return `\u001b${intermediates}${final}`
  return ''
}
