import type { Context } from '../invocation/context.ts'
import { rackUrlTarget } from './local/rack-url-target.ts'
import type { Target } from './local/target.ts'
import { findRenewedTarget } from './renewed-target.ts'

/** The gateway of a command: the gateway of RACK_URL, or else the gateway of the chosen rack. */
export async function targetOf(context: Context, rack: string | null | undefined): Promise<Target> {
  const target = rackUrlTarget(context.env.RACK_URL) ?? (await findRenewedTarget(context, rack ?? null))
  return { ...target, proofs: context.proofs?.forGateway(target) }
}
