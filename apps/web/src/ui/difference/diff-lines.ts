import { structuredPatch } from 'diff'

export interface DiffLine {
  readonly kind: 'added' | 'removed' | 'same'
  readonly text: string
  /** The line number in the new text, or in the old text for a removed line; from 1. */
  readonly number: number
}

export interface DiffHunk {
  /** The number of the first line in the new text. */
  readonly start: number
  readonly lines: readonly DiffLine[]
}

const contextLines = 3
/** The maximum number of added and removed lines. A comparison that finds more lines takes seconds. */
const maxEdits = 1_000

/** @returns null if the texts differ by more than `maxEdits` lines. */
export function diffLines(before: string, after: string): readonly DiffHunk[] | null {
  const patch = structuredPatch('', '', normalizeBreaks(before), normalizeBreaks(after), '', '', {
    context: contextLines,
    maxEditLength: maxEdits,
  })
  if (patch === undefined) return null
  return patch.hunks.map(({ oldStart, newStart, lines }) => {
    let oldNumber = oldStart
    let newNumber = newStart
    const marked = lines.filter((line) => !line.startsWith('\\'))
    return {
      start: newStart,
      lines: marked.map((line): DiffLine => {
        const text = line.slice(1)
        if (line.startsWith('-')) return { kind: 'removed', text, number: oldNumber++ }
        if (line.startsWith('+')) return { kind: 'added', text, number: newNumber++ }
        oldNumber++
        return { kind: 'same', text, number: newNumber++ }
      }),
    }
  })
}

/** Editors show neither CRLF nor a missing line break at the end, so neither counts as a difference. */
function normalizeBreaks(text: string): string {
  const lines = text.replaceAll('\r\n', '\n')
  return lines === '' || lines.endsWith('\n') ? lines : `${lines}\n`
}
