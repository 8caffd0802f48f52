import type { Context } from './context.ts'
import { runConvox } from './convox.ts'
import { findLastingTarget } from './lasting-target.ts'
import { rackUrl } from './target.ts'
import { printable } from './terminal.ts'

/** Runs a convox command against the rack that was chosen. The token travels in the environment only. */
export async function runWrapped(context: Context, words: readonly string[], rack: string | null): Promise<number> {
  const { env } = context
  if (env.RACK_URL?.trim()) return runConvox(words, env)
  const target = await findLastingTarget(context, rack)
  if (target.expiry.state === 'ends soon') {
    const name = printable(target.name ?? '')
    context.note(
      `your token for ${name} ${target.expiry.words}, at ${target.expiry.at}: log in again with: rack-gateway login ${name}`,
    )
  }
  return runConvox(words, { ...env, RACK_URL: rackUrl(target) })
}
