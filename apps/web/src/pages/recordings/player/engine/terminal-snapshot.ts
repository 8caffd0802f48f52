import type { Terminal } from '@xterm/headless'

// The public interface of xterm.js cannot read margins, tab stops, saved cursors, or character sets, and cannot set any
// state. So this file uses private members. The version of the package is pinned. A property test compares a terminal
// that continues from a snapshot with a terminal that read everything.

interface Line {
  _data: Uint32Array
  _combined: Readonly<Record<number, string>>
  _extendedAttrs: Readonly<Record<number, Attributes | undefined>>
  isWrapped: boolean
  length: number
}

interface Attributes {
  clone(): Attributes
}

interface Buffer {
  x: number
  y: number
  ybase: number
  ydisp: number
  scrollTop: number
  scrollBottom: number
  savedX: number
  savedY: number
  savedCurAttrData: Attributes
  /** A table that never changes, so it is not copied. */
  savedCharset: unknown
  tabs: Readonly<Record<number, boolean | undefined>>
  readonly lines: { readonly length: number; get(index: number): Line | undefined }
}

interface Core {
  readonly _bufferService: {
    readonly buffers: {
      readonly normal: Buffer
      readonly alt: Buffer
      readonly active: Buffer
      activateAltBuffer(): void
    }
  }
  readonly _inputHandler: {
    parse(data: string): void
    _curAttrData: Attributes
    readonly _parser: { precedingJoinState: number; reset(): void }
    readonly _stringDecoder: { _interim: number }
  }
  readonly coreService: { modes: object; decPrivateModes: object; isCursorHidden: boolean }
  readonly _charsetService: { glevel: number; _charsets: readonly unknown[]; charset: unknown }
}

function coreOf(terminal: Terminal): Core {
  return (terminal as unknown as { readonly _core: Core })._core
}

/**
 * Writes at once, because the public `write` uses timers, which a hidden page delays. Leaves out a sequence that makes
 * the terminal fail, such as `CSI 1 J` in the last cell, so that the sequence cannot hide later output.
 */
export function writeNow(terminal: Terminal, data: string): void {
  const { _inputHandler } = coreOf(terminal)
  for (const part of data.split(eraseSequence)) {
    try {
      if (part !== '') _inputHandler.parse(part)
    } catch {
      _inputHandler._parser.reset()
    }
  }
}

/** Matches the sequences that can fail. */
const eraseSequence = /(\u001b\[\??[\d;:]*J)/

export function isCursorHidden(terminal: Terminal): boolean {
  return coreOf(terminal).coreService.isCursorHidden
}

/** The whole state of a terminal between two sequences. */
export interface TerminalSnapshot {
  /** Approximate size in memory. */
  readonly bytes: number
  restore(terminal: Terminal): void
}

export function takeSnapshot(terminal: Terminal): TerminalSnapshot {
  const { cols, rows } = terminal
  const { _bufferService, _inputHandler, coreService, _charsetService } = coreOf(terminal)
  const { buffers } = _bufferService
  const isAlternate = buffers.active === buffers.alt
  const normal = copyBuffer(buffers.normal)
  const alternate = isAlternate ? copyBuffer(buffers.alt) : null
  const attributes = _inputHandler._curAttrData.clone()
  const { precedingJoinState } = _inputHandler._parser
  const { _interim } = _inputHandler._stringDecoder
  const core = copyModes(coreService)
  const charsets = copyCharsets(_charsetService)
  return {
    bytes: normal.bytes + (alternate?.bytes ?? 0),
    restore(target) {
      // Resizes first: a reset creates buffers of the current size, and a resized buffer differs from a new one.
      target.resize(cols, rows)
      target.reset()
      const to = coreOf(target)
      if (isAlternate) to._bufferService.buffers.activateAltBuffer()
      normal.restore(to._bufferService.buffers.normal)
      alternate?.restore(to._bufferService.buffers.alt)
      to._inputHandler._curAttrData = attributes.clone()
      to._inputHandler._parser.precedingJoinState = precedingJoinState
      to._inputHandler._stringDecoder._interim = _interim
      Object.assign(to.coreService, copyModes(core))
      Object.assign(to._charsetService, copyCharsets(charsets))
    },
  }
}

function copyModes({ modes, decPrivateModes, isCursorHidden }: Core['coreService']): Core['coreService'] {
  return { modes: { ...modes }, decPrivateModes: { ...decPrivateModes }, isCursorHidden }
}

function copyCharsets({ glevel, _charsets, charset }: Core['_charsetService']): Core['_charsetService'] {
  return { glevel, _charsets: [..._charsets], charset }
}

function copyBuffer(buffer: Buffer) {
  const { x, y, ybase, ydisp, scrollTop, scrollBottom, savedX, savedY, savedCharset } = buffer
  const numbers = { x, y, ybase, ydisp, scrollTop, scrollBottom, savedX, savedY, savedCharset }
  const tabs = { ...buffer.tabs }
  const savedCurAttrData = buffer.savedCurAttrData.clone()
  const lines = Array.from({ length: buffer.lines.length }, (_, row) => buffer.lines.get(row)).map((line) =>
    line === undefined ? null : copyLine(line),
  )
  return {
    bytes: lines.reduce((sum, line) => sum + (line?._data.byteLength ?? 0) + bytesPerLine, 0),
    restore(target: Buffer) {
      Object.assign(target, numbers, { tabs: { ...tabs }, savedCurAttrData: savedCurAttrData.clone() })
      for (const [row, line] of lines.entries()) {
        const to = target.lines.get(row)
        if (line !== null && to !== undefined) Object.assign(to, copyLine(line))
      }
    },
  }
}

/** Approximate bytes of a line in memory, besides its cells. */
const bytesPerLine = 200

function copyLine({ _data, _combined, _extendedAttrs, isWrapped, length }: Line): Line {
  const extended = Object.entries(_extendedAttrs).map(([column, attributes]) => [column, attributes?.clone()])
  return {
    _data: _data.slice(0, length * 3),
    _combined: { ..._combined },
    _extendedAttrs: Object.fromEntries(extended),
    isWrapped,
    length,
  }
}
