import { VisibleText } from '../../../../ui/visible-text.tsx'

export function MarkedText({ text, searchText }: { readonly text: string; readonly searchText: string }) {
  return partsOf(text, searchText).map(({ start, part, isMarked }) =>
    isMarked ? (
      <mark key={start}>
        <VisibleText>{part}</VisibleText>
      </mark>
    ) : (
      <VisibleText key={start}>{part}</VisibleText>
    ),
  )
}

interface Part {
  readonly start: number
  readonly part: string
  readonly isMarked: boolean
}

/** Limits the elements of a line with many occurrences. Occurrences after the limit are not marked. */
const maxParts = 100

function partsOf(text: string, searchText: string): readonly Part[] {
  const [lower, lowerSearchText] = [text.toLowerCase(), searchText.toLowerCase()]
  // `toLowerCase` can change the length of a text. Then positions in the lower-case text are wrong for the text itself.
  if (searchText === '' || lower.length !== text.length) return [{ start: 0, part: text, isMarked: false }]
  const parts: Part[] = []
  let start = 0
  for (let found = lower.indexOf(lowerSearchText); found >= 0; found = lower.indexOf(lowerSearchText, start)) {
    if (parts.length >= maxParts) break
    if (found > start) parts.push({ start, part: text.slice(start, found), isMarked: false })
    start = found + lowerSearchText.length
    parts.push({ start: found, part: text.slice(found, start), isMarked: true })
  }
  if (start < text.length) parts.push({ start, part: text.slice(start), isMarked: false })
  return parts
}
