import type { Context } from '../context.ts'
import { withRack } from '../find-rack.ts'
import { findLastingTarget } from '../lasting-target.ts'
import { maskInLog } from '../mask-in-log.ts'
import { safeJson } from '../safe-json.ts'
import { rackUrl } from '../target.ts'

/** Prints the RACK_URL that convox would get: with the token, so for a command substitution, not for a screen. */
export async function url(context: Context, rack: string | null, format: 'text' | 'json'): Promise<void> {
  const { RACK_URL } = context.env
  const address = RACK_URL?.trim() ? RACK_URL : rackUrl(await withRack(await findLastingTarget(context, rack)))
  if (URL.canParse(address)) maskInLog(context, new URL(address).password)
  context.print(format === 'json' ? safeJson({ rackUrl: address }, 2) : address)
}
