import type { Context } from '../context.ts'
import { rackUrlTarget } from './rack-url-target.ts'
import { findRenewedTarget } from './renewed-target.ts'
import type { Target } from './target.ts'

/** The gateway that a command is about: that of a RACK_URL which is set, else of the rack that is chosen. */
export async function targetOf(context: Context, rack: string | null | undefined): Promise<Target> {
  return rackUrlTarget(context.env.RACK_URL) ?? (await findRenewedTarget(context, rack ?? null))
}
