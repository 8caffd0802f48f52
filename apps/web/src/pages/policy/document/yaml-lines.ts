import { highlightCode, tagHighlighter, tags } from '@lezer/highlight'
import { parser } from '@lezer/yaml'

/** Decides the color of a part of a line. */
export type TokenKind = 'key' | 'value' | 'comment' | 'punctuation' | 'plain'

export interface Token {
  readonly text: string
  readonly kind: TokenKind
}

const highlighter = tagHighlighter([
  { tag: tags.definition(tags.propertyName), class: 'key' },
  { tag: [tags.string, tags.content, tags.special(tags.string)], class: 'value' },
  { tag: tags.lineComment, class: 'comment' },
  { tag: [tags.punctuation, tags.separator, tags.brace, tags.squareBracket], class: 'punctuation' },
])

export function yamlLines(text: string): readonly (readonly Token[])[] {
  const lines: Token[][] = [[]]
  const unix = text.replaceAll('\r\n', '\n')
  highlightCode(
    unix,
    parser.parse(unix),
    highlighter,
    (part, kind) => lines.at(-1)?.push({ text: part, kind: kind === '' ? 'plain' : (kind as TokenKind) }),
    () => lines.push([]),
  )
  // A line feed at the end of the text does not begin another line.
  if (unix.endsWith('\n')) lines.pop()
  return lines
}
