import type { CommandLine } from './command-line.ts'
import type { Context } from './context.ts'
import { runConvox } from './convox.ts'
import { findLastingTarget } from './lasting-target.ts'
import { rackUrl, type Target } from './target.ts'
import { printable } from './terminal.ts'

/** Runs a convox command against the rack that was chosen, unless the policy refuses it. The token travels in the environment only. */
export async function runWrapped(context: Context, line: CommandLine): Promise<number> {
  const { words, rack } = line
  const { env } = context
  if (env.RACK_URL?.trim()) return runConvox(words, env)
  const target = await findLastingTarget(context, rack)
  if (target.expiry.state === 'ends soon') {
    const name = printable(target.name ?? '')
    context.note(
      `your token for ${name} ${target.expiry.words}, at ${target.expiry.at}: log in again with: rack-gateway login ${name}`,
    )
  }
  if (line.precheck === 'off') return runConvox(words, { ...env, RACK_URL: rackUrl(target) })
  return runChecked(context, target, words)
}

/** Loaded only where it is used: policies and plans are most of this program. */
async function runChecked(context: Context, target: Target, words: readonly string[]): Promise<number> {
  const { precheck } = await import('./precheck/precheck.ts')
  const passed = await precheck(context, target, words)
  const running = runConvox(words, { ...context.env, RACK_URL: rackUrl(target) })
  const refreshed = passed.refresh(running.then(nothing, nothing))
  try {
    return await running
  } finally {
    await refreshed
  }
}

function nothing(): void {}
