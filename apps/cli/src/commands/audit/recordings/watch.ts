import type { Context } from '../../../context.ts'
import { printable } from '../../../output/terminal.ts'
import type { Target } from '../../../target/target.ts'
import { openAudit } from '../audit-api.ts'
import { eachEvent, readCast } from './cast.ts'
import { noRecording } from './no-recording.ts'
import { SafeOutput } from './safe-output.ts'
import { type Screen, standardOutput } from './screen.ts'

export interface Watch {
  readonly id: string
  readonly from: 'start' | 'now'
}

/** Shows a session while it runs, until it ends or Ctrl-C. What it has shown before comes at once. */
export async function watchRecording(
  context: Context,
  target: Target,
  { id, from }: Watch,
  screen: Screen = standardOutput(),
): Promise<void> {
  const signal = context.interruption()
  const { body } = await openAudit(target, `/recordings/${encodeURIComponent(id)}/live?from=${from}`, {
    signal,
    missing: noRecording(id),
  })
  const cast = await readCast(body ?? new ReadableStream<Uint8Array>())
  const output = new SafeOutput()
  const ending: string[] = []
  try {
    await eachEvent(cast, {
      signal,
      note: () => undefined,
      async take({ code, data }) {
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
