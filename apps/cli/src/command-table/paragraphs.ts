import type { Described } from './definition.ts'

export interface Paragraph {
  /** What is `set off`, such as a piece of a file, keeps its lines and is indented by two spaces. */
  readonly kind: 'text' | 'set off'
  readonly text: string
}

/** What is said of a command or a group, however it is shown: its summary as a sentence, then the rest. */
export function paragraphsOf({ summary, about }: Described): readonly [Paragraph, ...Paragraph[]] {
  const rest = (about?.split('\n\n') ?? []).map(
    (text): Paragraph => ({ kind: text.startsWith('  ') ? 'set off' : 'text', text }),
  )
  return [{ kind: 'text', text: `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.` }, ...rest]
}
