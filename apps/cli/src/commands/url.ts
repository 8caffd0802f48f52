import type { Context } from '../context.ts'
import { withRack } from '../find-rack.ts'
import { findLastingTarget } from '../lasting-target.ts'
import { rackUrl } from '../target.ts'

/** Prints the RACK_URL that convox would get: with the token, so for a command substitution, not for a screen. */
export async function url(context: Context, rack: string | null): Promise<void> {
  const { RACK_URL } = context.env
  context.print(RACK_URL?.trim() ? RACK_URL : rackUrl(await withRack(await findLastingTarget(context, rack))))
}
