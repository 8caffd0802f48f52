import { canonical } from './canonical.ts'
import type { Truncation } from './event.ts'
import { fitNames, fitText, limits } from './fit.ts'

/** Text that is its own visible form and its own JSON: most of what is recorded. With `rg` in it, it could hold a token. */
const plain = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/

/**
 * Writes members in the canonical form as they are given: whoever calls keeps to the order of RFC 8785 and says each name once.
 * Values are fitted on the way; what is `undefined`, or a number that JSON can't say, is left out.
 */
export class CanonicalWriter {
  readonly truncated: Truncation[] = []
  /** About how many characters were written. */
  size = 64
  #text = ''
  #separator = ''

  /** What was written since the last `take`: from then on, other members stand before. */
  take(): string {
    const text = flat(this.#text)
    this.#text = ''
    this.#separator = ','
    return text
  }

  open(name: string): void {
    this.#text += `${this.#separator}"${name}":{`
    this.#separator = ''
  }

  close(): void {
    this.#text += '}'
    this.#separator = ','
  }

  /** @returns the text as it is kept; empty when there is none */
  text(name: string, value: string | undefined, field = name, limit = limits.text): string {
    if (value === undefined) return ''
    const isPlain = value.length <= limit && plain.test(value) && !value.includes('rg')
    const kept = isPlain ? value : fitText(value, field, limit, this.truncated)
    this.raw(name, isPlain ? `"${kept}"` : JSON.stringify(kept), kept.length)
    return kept
  }

  number(name: string, value: number | undefined): void {
    if (value !== undefined && Number.isFinite(value)) this.raw(name, `${value}`, 8)
  }

  /** @returns the names as they are kept */
  names(name: string, values: readonly string[] | undefined, field = name): readonly string[] {
    if (values === undefined) return []
    const kept = fitNames(values, field, this.truncated)
    let list = ''
    for (const value of kept)
      list += `${list === '' ? '' : ','}${plain.test(value) ? `"${value}"` : JSON.stringify(value)}`
    this.raw(name, `[${list}]`, list.length)
    return kept
  }

  /** A value of another shape, which must be fitted already. */
  value(name: string, value: unknown): void {
    if (value === undefined) return
    const text = canonical(value)
    this.raw(name, text, text.length)
  }

  /** A value in its canonical form. */
  raw(name: string, text: string, size: number): void {
    this.#text += `${this.#separator}"${name}":${text}`
    this.#separator = ','
    this.size += name.length + size
  }
}

/**
 * V8 keeps a text as the tree of its pieces until somebody looks into it, and the garbage collector copies them one by one for as long
 * as the event waits. No text here begins with NUL.
 */
function flat(text: string): string {
  return text.charCodeAt(0) === 0 ? '' : text
}
