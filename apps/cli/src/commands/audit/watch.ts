import { requestFor } from '@rack-gateway/gateway-api'
import { SafeOutput } from '@rack-gateway/recordings/terminal'
import type { Arguments, CommandOptions } from '../../command-line/command-module.ts'
import { openStream } from '../../gateway/open-stream.ts'
import type { Context } from '../../invocation/context.ts'
import { targetOf } from '../../rack-choice/gateway-target.ts'
import type { Target } from '../../rack-choice/local/target.ts'
import { printable } from '../../terminal/terminal.ts'
import { rackOption } from '../options/shared-options.ts'
import { forEachEvent, readCast } from './recordings/cast.ts'
import { noRecording } from './recordings/no-recording.ts'
import { type Screen, standardOutput } from './recordings/screen.ts'

export const command = 'watch <id>'
export const describe = 'Show a session while it runs, until it ends or Ctrl-C.'
export const examples = ['rack-gateway audit watch 01a21006-6e55-7646-9171-966421143187 --from now']
export const builder = {
  id: { type: 'string', demandOption: true, describe: 'The ID of the recording, from rack-gateway audit recordings' },
  from: { choices: ['start', 'now'], default: 'start', describe: 'Show the session from its start or from now' },
  rack: rackOption,
} as const satisfies CommandOptions
export const progress = null

export async function handler({ context, rack, ...watch }: Arguments<typeof builder>): Promise<void> {
  await watchRecording(context, await targetOf(context, rack), watch)
}

export interface WatchOptions {
  readonly id: string
  readonly from: 'start' | 'now'
}

/** With `from: 'start'`, first shows the earlier output, without its pauses. */
export async function watchRecording(
  context: Context,
  target: Target,
  { id, from }: WatchOptions,
  screen: Screen = standardOutput(),
): Promise<void> {
  const signal = context.interruption()
  const { body } = await openStream(target, requestFor('followRecording', { id, query: { from } }), {
    signal,
    missing: noRecording(id),
  })
  const cast = await readCast(body ?? new ReadableStream<Uint8Array>())
  const output = new SafeOutput()
  const ending: string[] = []
  try {
    await forEachEvent(cast, {
      signal,
      note: () => undefined,
      async onEvent({ code, data }) {
        if (code === 'o') await screen.write(output.write(data))
        else if (code === 'm' && data !== 'started') ending.splice(0, ending.length, data)
        else if (code === 'x') ending.push(`exit ${data}`)
      },
    })
  } finally {
    await screen.write(output.restore())
  }
  if (ending.length > 0) context.note(printable(ending.join(', ')))
}
