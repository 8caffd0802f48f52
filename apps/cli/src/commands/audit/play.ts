import { setTimeout as sleep } from 'node:timers/promises'
import { requestFor } from '@rack-gateway/gateway-api'
import type { CastEvent } from '@rack-gateway/recordings/asciicast'
import { SafeOutput } from '@rack-gateway/recordings/terminal'
import type { Arguments, CommandOptions } from '../../command-line/command-module.ts'
import { Usage } from '../../errors/errors.ts'
import { openStream } from '../../gateway/open-stream.ts'
import type { Context } from '../../invocation/context.ts'
import { targetOf } from '../../rack-choice/gateway-target.ts'
import type { Target } from '../../rack-choice/local/target.ts'
import { parseSeconds } from '../options/duration.ts'
import { rackOption } from '../options/shared-options.ts'
import { forEachEvent, readCast } from './recordings/cast.ts'
import { noRecording } from './recordings/no-recording.ts'
import { type Screen, standardOutput } from './recordings/screen.ts'

export const command = 'play <id>'
export const describe = 'Replay a recorded session in this terminal.'
export const details = 'Exits with 3 if the recording was changed, and with 8 if it cannot be read to its end.'
export const examples = ['rack-gateway audit play 01a21006-6e55-7646-9171-966421143187 --speed 2']
export const builder = {
  id: { type: 'string', demandOption: true, describe: 'The ID of the recording, from rack-gateway audit recordings' },
  speed: { type: 'string', default: '1', describe: 'The playback speed; 2 is twice as fast' },
  'idle-limit': { type: 'string', default: '2s', describe: 'The longest pause' },
  rack: rackOption,
} as const satisfies CommandOptions
export const progress = null

export async function handler({ context, rack, ...play }: Arguments<typeof builder>): Promise<void> {
  await playRecording(context, await targetOf(context, rack), play)
}

export interface PlayOptions {
  readonly id: string
  readonly speed: string
  /** Such as `2s`. */
  readonly idleLimit: string
}

export async function playRecording(
  context: Context,
  target: Target,
  { id, speed, idleLimit }: PlayOptions,
  screen: Screen = standardOutput(),
): Promise<void> {
  const pace = {
    speed: positiveNumber('--speed', speed),
    idleLimit: parseSeconds('--idle-limit', idleLimit, { least: '0s', most: '1d' }),
  }
  const signal = context.interruption()
  const { body } = await openStream(target, requestFor('readRecording', { id }), {
    signal,
    missing: noRecording(id),
  })
  const cast = await readCast(body ?? new ReadableStream<Uint8Array>())
  const { cols, rows } = cast.header
  if ((screen.columns ?? cols) < cols || (screen.rows ?? rows) < rows)
    context.note(`The session was recorded in ${cols} columns and ${rows} rows. Make the terminal at least that large.`)
  const output = new SafeOutput()
  const delayBefore = createPace(pace)
  try {
    await forEachEvent(cast, {
      signal,
      note: context.note,
      async onEvent(event) {
        await sleep(delayBefore(event), undefined, { signal }).catch(() => undefined)
        if (event.code === 'o' && !signal.aborted) await screen.write(output.write(event.data))
      },
    })
  } finally {
    await screen.write(output.restore())
  }
}

/** The returned function gives the milliseconds to wait before an event. After a slow write, the waits are shorter. */
export function createPace({ speed, idleLimit }: { readonly speed: number; readonly idleLimit: number }) {
  const start = performance.now()
  let elapsed = 0
  return function delayBefore({ interval }: CastEvent): number {
    elapsed += (Math.min(interval, idleLimit) * 1_000) / speed
    return Math.max(0, start + elapsed - performance.now())
  }
}

function positiveNumber(flag: string, text: string): number {
  const value = /^\d{1,6}(\.\d{1,3})?$/.test(text) ? Number(text) : 0
  if (value <= 0) throw new Usage(`${flag} is not a number above 0.`, 'Use a number such as 2 or 0.5.')
  return value
}
