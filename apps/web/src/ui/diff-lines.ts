import { structuredPatch } from 'diff'

export interface DiffLine {
  readonly kind: 'added' | 'removed' | 'same'
  readonly text: string
  /** In the new text, or for a removed line in the old one; from 1. */
  readonly number: number
}

export interface DiffHunk {
  /** Its first line in the new text. */
  readonly start: number
  readonly lines: readonly DiffLine[]
}

/** Lines of text around a change. */
const context = 3
/** Changed lines. Texts that differ more are not compared, because that takes seconds. */
const maxEdits = 1_000

/** The changed lines of two texts, with some lines around them. Null if the texts differ too much. */
export function diffLines(before: string, after: string): readonly DiffHunk[] | null {
  const patch = structuredPatch('', '', unix(before), unix(after), '', '', { context, maxEditLength: maxEdits })
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

/** With LF, and with one at the end, which no editor shows. */
function unix(text: string): string {
  const lines = text.replaceAll('\r\n', '\n')
  return lines === '' || lines.endsWith('\n') ? lines : `${lines}\n`
}
