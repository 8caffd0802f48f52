import type { Arguments, CommandOptions } from '../command-line/command-module.ts'
import { maskInLog } from '../output/mask-in-log.ts'
import { safeJson } from '../output/safe-json.ts'
import { withRack } from '../rack-choice/find-rack.ts'
import { rackUrl } from '../rack-choice/local/target.ts'
import { findRenewedTarget } from '../rack-choice/renewed-target.ts'
import { gatewayOptions } from './options/shared-options.ts'

export const command = 'url'
export const describe = 'Print the RACK_URL for convox. It contains the token.'
export const examples = ['RACK_URL=$(rack-gateway url --rack staging) convox apps']
export const builder = gatewayOptions satisfies CommandOptions
export const progress = 'renewing the session'

export async function handler({ context, rack, json }: Arguments<typeof builder>): Promise<void> {
  const { RACK_URL } = context.env
  const address = RACK_URL?.trim() ? RACK_URL : rackUrl(await withRack(await findRenewedTarget(context, rack ?? null)))
  if (URL.canParse(address)) maskInLog(context, new URL(address).password)
  context.print(json ? safeJson({ rackUrl: address }, 2) : address)
}
