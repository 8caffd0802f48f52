import { structuredPatch } from 'diff'

export interface DiffLine {
  readonly kind: 'added' | 'removed' | 'same'
  readonly text: string
  /** The line number in the new text, or in the old text for a removed line; from 1. */
  readonly number: number
}

export interface DiffHunk {
  /** Its first line in the new text. */
  readonly start: number
  readonly lines: readonly DiffLine[]
}

/** Lines of text around a change. */
const context = 3
/** The largest number of changed lines. Texts that differ more are not compared, because that takes seconds. */
const maxEdits = 1_000

/** The changed lines of two texts, with some lines around them. Null if the texts differ too much. */
export function diffLines(before: string, after: string): readonly DiffHunk[] | null {
  const patch = structuredPatch('', '', normalizeBreaks(before), normalizeBreaks(after), '', '', {
    context,
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

/** Replaces CRLF by LF, and adds a missing line break at the end, because editors show neither difference. */
function normalizeBreaks(text: string): string {
  const lines = text.replaceAll('\r\n', '\n')
  return lines === '' || lines.endsWith('\n') ? lines : `${lines}\n`
}
