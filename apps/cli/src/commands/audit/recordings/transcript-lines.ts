import { printable } from '../../../output/terminal.ts'
import type { CastEvent, CastHeader } from './cast.ts'
import { ScreenLines } from './screen-lines.ts'

export interface TranscriptLine {
  /** Milliseconds since the epoch, by the second in which it began. */
  readonly at: number
  readonly text: string
}

/** Input and output are on separate lines. A line of input starts with `<`. */
export function transcriptOf({ timestamp }: Pick<CastHeader, 'timestamp'>) {
  const output = new ScreenLines()
  const input = new ScreenLines()
  let now = timestamp * 1_000
  return {
    take({ after, code, data }: CastEvent): TranscriptLine[] {
      now += after * 1_000
      if (code === 'o') return output.write(data, now).map(shown)
      if (code === 'i') return input.write(data.replace(/\r\n?/g, '\n'), now).map(typed)
      if (code !== 'm' && code !== 'x') return []
      const said = code === 'x' ? `exit ${data}` : data
      return [...output.end().map(shown), { at: now, text: `-- ${printable(said)}` }]
    },
    end: (): TranscriptLine[] => [...output.end().map(shown), ...input.end().map(typed)],
  }
}

function shown({ at, text }: TranscriptLine): TranscriptLine {
  return { at, text: printable(text) }
}

function typed({ at, text }: TranscriptLine): TranscriptLine {
  return { at, text: `< ${printable(text)}` }
}
