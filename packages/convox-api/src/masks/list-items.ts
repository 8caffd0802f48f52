import { UnmaskableResponse } from '../errors/errors.ts'

export interface ListItem {
  /** The white space before the value. */
  readonly space: string
  /** The value, with the white space after it. */
  readonly text: string
}

/**
 * Bytes of one item, or of a response that is no list. The largest value of a real rack is a release, which Kubernetes
 * limits to 1.5 MiB.
 */
export const maxValueSize = 4 * 1024 * 1024

/**
 * Splits a JSON list into its items. Only one item is decoded at a time, so that a large list is never copied. The
 * caller must parse each item, because items are not checked. Yields null after each chunk, so that a large item can be
 * read in steps.
 *
 * @param chunks the UTF-8 bytes of the list, divided anywhere
 * @returns the closing bracket and the text after it. For an empty list, also the white space before the bracket
 * @throws UnmaskableResponse when the text is not a list, or has an item that is larger than `maxValueSize`
 */
export function* listItems(chunks: readonly Buffer[]): Generator<ListItem | null, string> {
  let part: 'before' | 'items' | 'after' = 'before'
  let pieces: Buffer[] = []
  let size = 0
  let depth = 0
  let isInString = false
  let isEscaped = false
  let isEmpty = true

  function keep(piece: Buffer): void {
    size += piece.length
    if (size > maxValueSize) throw new UnmaskableResponse(tooLarge)
    pieces.push(piece)
  }

  function takeText(): string {
    const text = Buffer.concat(pieces).toString('utf8')
    pieces = []
    size = 0
    return text
  }

  for (const chunk of chunks) {
    let begin = 0
    for (let at = 0; at < chunk.length; at++) {
      const code = chunk[at] ?? 0
      if (part !== 'items') {
        if (part === 'before' && code === openingBracket) {
          part = 'items'
          begin = at + 1
        } else if (!isSpace(code)) throw new UnmaskableResponse('it is not JSON')
      } else if (isInString) {
        if (isEscaped) isEscaped = false
        else if (code === backslash) isEscaped = true
        else if (code === quote) isInString = false
      } else if (code === quote) isInString = true
      else if (code === openingBracket || code === openingBrace) depth++
      else if (depth === 0 && (code === comma || code === closingBracket)) {
        keep(chunk.subarray(begin, at))
        const text = takeText()
        const space = text.slice(0, textBegin(text))
        const isLast = code === closingBracket
        begin = isLast ? at : at + 1
        if (isLast) part = 'after'
        if (space.length < text.length) {
          isEmpty = false
          yield { space, text: text.slice(space.length) }
        } else if (isLast && isEmpty) pieces.push(Buffer.from(space))
        else throw new UnmaskableResponse('it is not JSON')
      } else if (code === closingBracket || code === closingBrace) depth--
    }
    if (part !== 'before') keep(chunk.subarray(begin))
    yield null
  }
  if (part !== 'after') throw new UnmaskableResponse('it is not JSON')
  return takeText()
}

/** Follows the name of the response in the message of a denial. */
export const tooLarge = `a value is larger than ${maxValueSize / 1024 / 1024} MiB`

export function isList(chunks: readonly Buffer[]): boolean {
  for (const chunk of chunks) {
    const first = chunk.find((code) => !isSpace(code))
    if (first !== undefined) return first === openingBracket
  }
  return false
}

function textBegin(text: string): number {
  let at = 0
  while (isSpace(text.charCodeAt(at))) at++
  return at
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09
}

const quote = 0x22
const comma = 0x2c
const openingBracket = 0x5b
const backslash = 0x5c
const closingBracket = 0x5d
const openingBrace = 0x7b
const closingBrace = 0x7d
