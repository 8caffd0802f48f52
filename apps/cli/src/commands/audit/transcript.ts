import { requestFor } from '@rack-gateway/gateway-api'
import type { Arguments, CommandOptions } from '../../command-line/command-module.ts'
import { openStream } from '../../gateway/open-stream.ts'
import { targetOf } from '../../rack-choice/gateway-target.ts'
import { rackOption, utcOption } from '../options/shared-options.ts'
import { shownTime, zoneOf } from './events/times.ts'
import { forEachEvent, readCast } from './recordings/cast.ts'
import { noRecording } from './recordings/no-recording.ts'
import { createTranscript, type TranscriptLine } from './recordings/transcript-lines.ts'

export const command = 'transcript <id>'
export const describe = 'Print a recorded session as text with times.'
export const examples = ["rack-gateway audit transcript 01a21006-6e55-7646-9171-966421143187 --search 'drop table'"]
export const builder = {
  id: { type: 'string', demandOption: true, describe: 'The ID of the recording, from rack-gateway audit recordings' },
  search: { type: 'string', describe: 'Only lines with this text, in any case' },
  utc: utcOption,
  rack: rackOption,
} as const satisfies CommandOptions
export const progress = null

export async function handler(args: Arguments<typeof builder>): Promise<void> {
  const { context, rack, id, search } = args
  const zone = zoneOf(args)
  const target = await targetOf(context, rack)
  const signal = context.interruption()
  const { body } = await openStream(target, requestFor('readRecording', { id }), {
    signal,
    missing: noRecording(id),
  })
  const cast = await readCast(body ?? new ReadableStream<Uint8Array>())
  const transcript = createTranscript(cast.header)
  const searched = search?.toLowerCase()
  let matches = 0
  const print = (lines: readonly TranscriptLine[]) => {
    for (const { at, text } of lines) {
      if (searched !== undefined && !text.toLowerCase().includes(searched)) continue
      matches++
      context.print(`${shownTime(new Date(at).toISOString(), zone).slice(0, 19)}  ${text}`.trimEnd())
    }
  }
  try {
    await forEachEvent(cast, { signal, note: context.note, onEvent: async (event) => print(transcript.add(event)) })
  } finally {
    print(transcript.end())
  }
  if (matches === 0 && searched !== undefined) context.note('No line matches.')
}
