import { UnmaskableResponse } from '../errors.ts'
import { stringEnd } from './json.ts'

/** The text of one value of a JSON list, and the white space before it. */
export interface ListItem {
  readonly space: string
  readonly text: string
}

/**
 * Splits the text of a JSON list into its items, one at a time. The caller must parse each item, because items are not checked.
 *
 * @returns the text after the last item, including the white space before the closing bracket
 * @throws UnmaskableResponse when the text is not a list
 */
export function* listItems(list: string): Generator<ListItem, string> {
  let at = skipSpace(list, 0) + 1
  let end = skipSpace(list, at)
  if (list.charCodeAt(end) !== closingBracket) {
    for (;;) {
      const begin = skipSpace(list, at)
      end = itemEnd(list, begin)
      if (begin === end) throw new UnmaskableResponse('it is not JSON')
      yield { space: list.slice(at, begin), text: list.slice(begin, end) }
      if (list.charCodeAt(end) === closingBracket) break
      at = end + 1
    }
    at = end
  }
  if (skipSpace(list, end + 1) !== list.length) throw new UnmaskableResponse('it is not JSON')
  return list.slice(at)
}

export function isList(text: string): boolean {
  return text.charCodeAt(skipSpace(text, 0)) === openingBracket
}

/** The index of the comma or bracket that follows the value at `begin`. */
function itemEnd(text: string, begin: number): number {
  let depth = 0
  for (let at = begin; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === quote) at = stringEnd(text, at)
    else if (code === openingBracket || code === openingBrace) depth++
    else if (depth === 0 && (code === comma || code === closingBracket)) return at
    else if (code === closingBracket || code === closingBrace) depth--
  }
  throw new UnmaskableResponse('it is not JSON')
}

function skipSpace(text: string, begin: number): number {
  let at = begin
  while (isSpace(text.charCodeAt(at))) at++
  return at
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09
}

const quote = 0x22
const comma = 0x2c
const openingBracket = 0x5b
const closingBracket = 0x5d
const openingBrace = 0x7b
const closingBrace = 0x7d
