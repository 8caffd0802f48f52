import type { CastHeader } from '@rack-gateway/recordings/asciicast'
import { SafeOutput } from '@rack-gateway/recordings/terminal'
import { Terminal } from '@xterm/headless'
import { type Row, RowReader } from './screen-rows.ts'
import { isCursorHidden, takeSnapshot, writeNow } from './terminal-snapshot.ts'
import type { TimedEvent } from './timed-event.ts'

export type TerminalSize = Pick<CastHeader, 'cols' | 'rows'>

/** Larger terminals are shown in this size, because a keyframe takes 12 bytes for each cell. */
const maxSize = { cols: 500, rows: 200 } as const

/** The largest parameter of a sequence. Scrolling and repeating take time in proportion to the parameter. */
const maxParameter = maxSize.cols

export interface Screen {
  readonly cols: number
  readonly rows: readonly Row[]
  /** Null while the cursor is hidden. */
  readonly cursor: { readonly x: number; readonly y: number } | null
}

export interface VirtualTerminalSnapshot {
  readonly bytes: number
  restore(to: VirtualTerminal): void
}

/**
 * A terminal in memory, without DOM elements. Recorded output first passes `SafeOutput`, which removes everything that
 * does not draw: titles, links, the clipboard, and requests for reports.
 */
export class VirtualTerminal {
  readonly #terminal: Terminal
  readonly #start: TerminalSize
  #output = new SafeOutput({ maxParameter })
  readonly #reader = new RowReader()
  /**
   * Whether the size changed: a snapshot would then be incomplete. The gateway itself records no changes of the size.
   */
  hasResized = false
  /** The cached result of `screen`; null after a change. */
  #screen: Screen | null = null

  constructor(size: TerminalSize) {
    this.#start = limitSize(size)
    this.#terminal = new Terminal({ ...this.#start, scrollback: 0, allowProposedApi: true, logLevel: 'off' })
  }

  apply({ code, data }: TimedEvent): void {
    this.#screen = null
    if (code === 'o') this.#write(data)
    else if (code === 'r') this.#resize(data)
  }

  reset(): void {
    this.#screen = null
    this.#output = new SafeOutput({ maxParameter })
    this.#terminal.resize(this.#start.cols, this.#start.rows)
    this.#terminal.reset()
  }

  screen(): Screen {
    this.#screen ??= this.#readScreen()
    return this.#screen
  }

  #readScreen(): Screen {
    const { cols, rows, buffer } = this.#terminal
    const { cursorX, cursorY } = buffer.active
    return {
      cols,
      rows: this.#reader.read(buffer.active, { cols, rows }),
      cursor: isCursorHidden(this.#terminal) ? null : { x: Math.min(cursorX, cols - 1), y: cursorY },
    }
  }

  snapshot(): VirtualTerminalSnapshot {
    const terminal = takeSnapshot(this.#terminal)
    const output = this.#output.clone()
    return {
      bytes: terminal.bytes,
      restore(to) {
        to.#screen = null
        to.#output = output.clone()
        terminal.restore(to.#terminal)
      },
    }
  }

  #write(data: string): void {
    const safe = this.#output.write(data)
    if (safe !== '') writeNow(this.#terminal, safe)
  }

  #resize(size: string): void {
    const [, cols, rows] = /^(\d{1,9})x(\d{1,9})$/.exec(size) ?? []
    if (cols === undefined || rows === undefined) return
    this.hasResized = true
    const limited = limitSize({ cols: Number(cols), rows: Number(rows) })
    this.#terminal.resize(limited.cols, limited.rows)
  }
}

function limitSize({ cols, rows }: TerminalSize): TerminalSize {
  return {
    cols: Math.min(Math.max(cols, 2), maxSize.cols),
    rows: Math.min(Math.max(rows, 1), maxSize.rows),
  }
}
