import { VisibleText } from '../../../../ui/visible-text.tsx'

/** A line of a log, in which each place of the searched text is marked. */
export function MarkedText({ text, searched }: { readonly text: string; readonly searched: string }) {
  return partsOf(text, searched).map(({ at, part, isMarked }) =>
    isMarked ? (
      <mark key={at}>
        <VisibleText>{part}</VisibleText>
      </mark>
    ) : (
      <VisibleText key={at}>{part}</VisibleText>
    ),
  )
}

interface Part {
  readonly at: number
  readonly part: string
  readonly isMarked: boolean
}

/** More places than these are not marked. */
const mostMarks = 50

function partsOf(text: string, searched: string): readonly Part[] {
  const [lower, lowerSearched] = [text.toLowerCase(), searched.toLowerCase()]
  // Lower case can have another length, so that places in it are none of the text.
  if (searched === '' || lower.length !== text.length) return [{ at: 0, part: text, isMarked: false }]
  const parts: Part[] = []
  let at = 0
  for (let found = lower.indexOf(lowerSearched); found >= 0; found = lower.indexOf(lowerSearched, at)) {
    if (parts.length >= 2 * mostMarks) break
    if (found > at) parts.push({ at, part: text.slice(at, found), isMarked: false })
    at = found + lowerSearched.length
    parts.push({ at: found, part: text.slice(found, at), isMarked: true })
  }
  if (at < text.length) parts.push({ at, part: text.slice(at), isMarked: false })
  return parts
}
