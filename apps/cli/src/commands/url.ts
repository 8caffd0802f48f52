import type { Context } from '../context.ts'
import { findLastingTarget } from '../lasting-target.ts'
import { rackUrl } from '../target.ts'

/** Prints the RACK_URL that convox would get: with the token, so for a command substitution, not for a screen. */
export async function url(context: Context, rack: string | null): Promise<void> {
  context.print(context.env.RACK_URL?.trim() ? context.env.RACK_URL : rackUrl(await findLastingTarget(context, rack)))
}
