import type { CastEvent, CastHeader } from '@rack-gateway/recordings/asciicast'
import { ScreenLines } from '@rack-gateway/recordings/terminal'
import { printable } from '../../../terminal/terminal.ts'

export interface TranscriptLine {
  /** Milliseconds since the epoch. The start of the recording is exact only to the second. */
  readonly at: number
  readonly text: string
}

/** Input and output are on separate lines. A line of input starts with `<`. */
export function createTranscript({ startedAt }: Pick<CastHeader, 'startedAt'>) {
  const output = new ScreenLines()
  const input = new ScreenLines()
  let now = startedAt
  return {
    /** @returns the lines that this event completes */
    add({ interval, code, data }: CastEvent): TranscriptLine[] {
      now += interval * 1_000
      if (code === 'o') return output.write(data, now).map(outputLine)
      if (code === 'i') return input.write(data.replace(/\r\n?/g, '\n'), now).map(inputLine)
      if (code !== 'm' && code !== 'x') return []
      const marker = code === 'x' ? `exit ${data}` : data
      return [...output.end().map(outputLine), { at: now, text: `-- ${printable(marker)}` }]
    },
    end: (): TranscriptLine[] => [...output.end().map(outputLine), ...input.end().map(inputLine)],
  }
}

function outputLine({ at, text }: TranscriptLine): TranscriptLine {
  return { at, text: printable(text) }
}

function inputLine({ at, text }: TranscriptLine): TranscriptLine {
  return { at, text: `< ${printable(text)}` }
}
