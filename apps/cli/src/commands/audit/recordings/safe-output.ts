import { TerminalParser, type TerminalToken } from './terminal-parser.ts'

/** What a terminal shows, and nothing that it would do beyond: it is a list of what stays. */
const controls = new Set(['\b', '\t', '\n', '\u000b', '\u000c', '\r', '\u000e', '\u000f'])
/** Marks that reverse what a person reads. */
const reversing = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g
/** Cursor movement, erasing, inserting and deleting, scrolling, tabulators, repeating, colours, margins. */
const csiFinals = new Set('ABCDEFGHIJKLMPSTXZ@`abdefgmrsu')
/** Saved cursor, line feeds and tabulators. */
const escapeFinals = new Set('78DEHM')
/** Origin, wrapping, blinking and visible cursor, the other screen: not what makes a terminal write, such as mouse and focus reports. */
const privateModes = new Set(['5', '6', '7', '12', '25', '47', '1047', '1048', '1049'])
const otherScreen = new Set(['47', '1047', '1049'])
const charsets = /^[()*+]$/
const charsetNames = /^[0AB]$/
const hugeParameter = /\d{5}/
/** Resets without clearing what the person could scroll back to. */
const softReset = '\u001b[!p\u001b[2J\u001b[H'

/** What was printed, for somebody else's terminal: what would touch the clipboard, the title, links or the keyboard is taken out. */
export class SafeOutput {
  readonly #parser = new TerminalParser()
  #otherScreen: string | null = null
  #margins = false

  write(text: string): string {
    let safe = ''
    for (const token of this.#parser.parse(text)) safe += this.#safe(token)
    return safe
  }

  /** Puts the terminal back to how it is usually. */
  restore(): string {
    const margins = this.#margins ? '\u001b7\u001b[r\u001b8' : ''
    const screen = this.#otherScreen === null ? '' : `\u001b[?${this.#otherScreen}l`
    return `${screen}\u001b[0m\u001b[?6l\u001b[?5l\u001b[?7h\u001b[?25h\u001b[4l\u001b(B\u000f${margins}`
  }

  #safe(token: TerminalToken): string {
    switch (token.kind) {
      case 'text':
        return token.text.replace(reversing, '\uFFFD')
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
    // Clears what the person could scroll back to.
    if (final === 'J' && parameters.includes('3')) return ''
    if (final === 'r') this.#margins = true
    return `\u001b[${prefix}${parameters}${final}`
  }

  #safeMode({ prefix, parameters, intermediates, final }: TerminalToken & { kind: 'csi' }): string {
    if (intermediates !== '') return ''
    const modes = parameters.split(';').filter((mode) => (prefix === '?' ? privateModes.has(mode) : mode === '4'))
    if (modes.length === 0 || (prefix !== '' && prefix !== '?')) return ''
    const screen = modes.find((mode) => otherScreen.has(mode))
    if (screen !== undefined) this.#otherScreen = final === 'h' ? screen : null
    return `\u001b[${prefix}${modes.join(';')}${final}`
  }
}

function safeEscape({ intermediates, final }: TerminalToken & { kind: 'escape' }): string {
  if (intermediates === '' && final === 'c') return softReset
  if (intermediates === '' && escapeFinals.has(final)) return `\u001b${final}`
  if (charsets.test(intermediates) && charsetNames.test(final)) return `\u001b${intermediates}${final}`
  return ''
}
