import type { Context } from '../context.ts'
import { printable } from '../output/terminal.ts'
import { startBackgroundRenewal } from '../session/background-renewal.ts'
import { findRack } from '../target/find-rack.ts'
import type { Target } from '../target/target.ts'
import type { CommandLine } from './command-line.ts'
import { runConvox } from './convox.ts'
import { connectConvox, noteFailure } from './relay/connect-convox.ts'

/** Runs a convox command on the chosen rack, unless the policy denies it. */
export async function runWrapped(context: Context, line: CommandLine): Promise<number> {
  const { words, rack } = line
  const { env } = context
  const rackUrl = env.RACK_URL?.trim()
  if (rackUrl) return noteFailure(context, rackUrl, await runConvox(words, context))
  const renewal = startBackgroundRenewal(context, await findRack(context, rack))
  const target = await renewal.target()
  noteExpiry(context, target)
  const connection = await connectConvox(context, target, line.relay)
  const start = () => {
    if (connection.warning !== null) context.note(connection.warning)
    const running = runConvox(words, { ...context, env: connection.env })
    renewal.begin()
    return running
  }
  try {
    return await connection.exitCode(
      await (line.precheck === 'off' ? start() : runChecked(context, target, { words, start })),
    )
  } finally {
    await connection.close()
    await renewal.ended()
  }
}

function noteExpiry(context: Context, target: Target): void {
  if (target.expiry.state === 'expires soon') {
    const name = printable(target.name ?? '')
    context.note(
      `Your token for ${name} ${target.expiry.words}, at ${target.expiry.at}. Log in again with: rack-gateway login ${name}`,
    )
  }
}

/** Imports the policy check only if it is used, because it is most of the program's code. */
async function runChecked(
  context: Context,
  target: Target,
  { words, start }: { readonly words: readonly string[]; readonly start: () => Promise<number> },
): Promise<number> {
  const { precheck } = await import('./precheck/precheck.ts')
  const passed = await precheck(context, target, words)
  const running = start()
  const refreshed = passed.refresh(running.then(nothing, nothing))
  try {
    return await running
  } finally {
    await refreshed
  }
}

function nothing(): void {}
