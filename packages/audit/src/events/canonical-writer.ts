import { canonical } from './canonical.ts'
import type { Truncation } from './event.ts'
import { limits } from './field-limits.ts'
import { truncateNames, truncateText } from './truncate.ts'

/** Matches text that needs no escaping. Most recorded text matches. */
const plainText = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/

/**
 * Writes JSON members in canonical form. The caller passes the members sorted as RFC 8785 requires, and each name once.
 * Values are cut to their limits. A number that JSON cannot express is left out.
 */
export class CanonicalWriter {
  readonly truncated: Truncation[] = []
  /** Approximate number of characters. */
  size = 64
  #text = ''
  #separator = ''

  /** The text since the last `take`. */
  take(): string {
    const text = flat(this.#text)
    this.#text = ''
    this.#separator = ','
    return text
  }

  /** Begins a JSON object. `close` ends it. */
  open(name: string): void {
    this.#text += `${this.#separator}"${name}":{`
    this.#separator = ''
  }

  close(): void {
    this.#text += '}'
    this.#separator = ','
  }

  /** Text with `rg` may contain a token of the gateway, so `truncateText` checks it. @returns the recorded text */
  text(name: string, value: string, field: string, limit = limits.text): string {
    const isPlain = value.length <= limit && plainText.test(value) && !value.includes('rg')
    const recorded = isPlain ? value : truncateText(value, field, limit, this.truncated)
    this.raw(name, isPlain ? `"${recorded}"` : JSON.stringify(recorded), recorded.length)
    return recorded
  }

  /** Leaves out a number that JSON cannot express. @returns `value` in each case */
  number(name: string, value: number): number {
    if (Number.isFinite(value)) this.raw(name, `${value}`, 8)
    return value
  }

  /** @returns the recorded names */
  names(name: string, values: readonly string[], field: string): readonly string[] {
    const recorded = truncateNames(values, field, this.truncated)
    let list = ''
    for (const value of recorded)
      list += `${list === '' ? '' : ','}${plainText.test(value) ? `"${value}"` : JSON.stringify(value)}`
    this.raw(name, `[${list}]`, list.length)
    return recorded
  }

  /** A value of another type, which must already be within the limits. */
  value(name: string, value: unknown): void {
    if (value === undefined) return
    const text = canonical(value)
    this.raw(name, text, text.length)
  }

  /** A value that is already in canonical form. @param size its approximate number of characters */
  raw(name: string, text: string, size: number): void {
    this.#text += `${this.#separator}"${name}":${text}`
    this.#separator = ','
    this.size += name.length + size
  }
}

/**
 * V8 stores concatenated text as a tree of pieces until a character is read, and the garbage collector copies each
 * piece while the event is queued. Reading a character flattens it. No text here begins with NUL.
 */
function flat(text: string): string {
  return text.charCodeAt(0) === 0 ? '' : text
}
