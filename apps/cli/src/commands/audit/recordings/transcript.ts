import type { Context } from '../../../context.ts'
import { printable } from '../../../output/terminal.ts'
import type { Target } from '../../../target/target.ts'
import { openAudit } from '../audit-api.ts'
import { shownTime, type Zone } from '../events/times.ts'
import { type CastEvent, type CastHeader, eachEvent, readCast } from './cast.ts'
import { noRecording } from './no-recording.ts'
import { ScreenLines } from './screen-lines.ts'

export interface Transcript {
  readonly id: string
  /** Only lines with this text, in any case. */
  readonly search?: string | undefined
  readonly zone: Zone
}

/** Prints a session as plain text, a line with its time; what the recording says of itself stands behind `--`. */
export async function printTranscript(
  context: Context,
  target: Target,
  { id, search, zone }: Transcript,
): Promise<void> {
  const signal = context.interruption()
  const { body } = await openAudit(target, `/recordings/${encodeURIComponent(id)}`, {
    signal,
    missing: noRecording(id),
  })
  const cast = await readCast(body ?? new ReadableStream<Uint8Array>())
  const lines = transcriptOf(cast.header)
  const wanted = search?.toLowerCase()
  let found = 0
  const print = (all: readonly TranscriptLine[]) => {
    for (const { at, text } of all) {
      if (wanted !== undefined && !text.toLowerCase().includes(wanted)) continue
      found++
      context.print(`${shownTime(new Date(at).toISOString(), zone).slice(0, 19)}  ${text}`.trimEnd())
    }
  }
  try {
    await eachEvent(cast, { signal, note: context.note, take: async (event) => print(lines.take(event)) })
  } finally {
    print(lines.end())
  }
  if (found === 0 && wanted !== undefined) context.note('no line of it fits')
}

export interface TranscriptLine {
  /** Milliseconds since the epoch, by the second in which it began. */
  readonly at: number
  readonly text: string
}

/** What goes in and what comes out are lines of their own: with what was typed, `<` stands before it. */
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
