import type { Context } from '../context.ts'
import { maskInLog } from '../output/mask-in-log.ts'
import { safeJson } from '../output/safe-json.ts'
import { withRack } from '../target/find-rack.ts'
import { findLastingTarget } from '../target/renewed-target.ts'
import { rackUrl } from '../target/target.ts'

/** Prints the RACK_URL that convox would get: with the token, so for a command substitution, not for a screen. */
export async function url(context: Context, rack: string | null, format: 'text' | 'json'): Promise<void> {
  const { RACK_URL } = context.env
  const address = RACK_URL?.trim() ? RACK_URL : rackUrl(await withRack(await findLastingTarget(context, rack)))
  if (URL.canParse(address)) maskInLog(context, new URL(address).password)
  context.print(format === 'json' ? safeJson({ rackUrl: address }, 2) : address)
}
