import type { CommandLine } from './command-line.ts'
import type { Context } from './context.ts'
import { runConvox } from './convox.ts'
import { findRack } from './find-rack.ts'
import { openWay, type Way } from './relay/way.ts'
import { type RenewalBeside, renewalBeside } from './renewal-beside.ts'
import type { Target } from './target.ts'
import { printable } from './terminal.ts'

/** Runs a convox command against the rack that was chosen, unless the policy refuses it. */
export async function runWrapped(context: Context, line: CommandLine): Promise<number> {
  const { words, rack } = line
  const { env } = context
  if (env.RACK_URL?.trim()) return runConvox(words, env)
  const renewal = renewalBeside(context, await findRack(context, rack))
  const target = await renewal.target()
  noteItsEnd(context, target)
  const way = await openWay(context, target, line.relay)
  try {
    return way.exitCode(
      await (line.precheck === 'off'
        ? beside(renewal, runConvox(words, way.env))
        : runChecked(context, target, { words, renewal, way })),
    )
  } finally {
    await way.close()
    await renewal.ended()
  }
}

function noteItsEnd(context: Context, target: Target): void {
  if (target.expiry.state === 'ends soon') {
    const name = printable(target.name ?? '')
    context.note(
      `your token for ${name} ${target.expiry.words}, at ${target.expiry.at}: log in again with: rack-gateway login ${name}`,
    )
  }
}

function beside<T>(renewal: RenewalBeside, running: Promise<T>): Promise<T> {
  renewal.begin()
  return running
}

/** Loaded only where it is used: policies and plans are most of this program. */
async function runChecked(
  context: Context,
  target: Target,
  { words, renewal, way }: { readonly words: readonly string[]; readonly renewal: RenewalBeside; readonly way: Way },
): Promise<number> {
  const { precheck } = await import('./precheck/precheck.ts')
  const passed = await precheck(context, target, words)
  const running = beside(renewal, runConvox(words, way.env))
  const refreshed = passed.refresh(running.then(nothing, nothing))
  try {
    return await running
  } finally {
    await refreshed
  }
}

function nothing(): void {}
