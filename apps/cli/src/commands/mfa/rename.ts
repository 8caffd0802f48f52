import { SecondFactor } from '@rack-gateway/gateway-api'
import type { Arguments, CommandOptions } from '../../command-line/command-module.ts'
import { findSecondFactor } from '../../gateway/find-resource.ts'
import { callGateway } from '../../gateway/gateway-api.ts'
import { printJson } from '../../output/response.ts'
import { targetOf } from '../../rack-choice/gateway-target.ts'
import { printable } from '../../terminal/terminal.ts'
import { mfaOptions } from '../options/mfa-options.ts'
import { gatewayOptions } from '../options/shared-options.ts'

export const command = 'rename <factor> <name>'
export const describe = 'Rename one of your second factors.'
export const details =
  'You prove a passkey first. Without a passkey, use the page of your second factors in your browser.'
export const examples = ["rack-gateway mfa rename YubiKey 'YubiKey in the safe'"]
export const builder = {
  factor: { type: 'string', demandOption: true, describe: 'The ID or name of the second factor' },
  name: { type: 'string', demandOption: true, describe: 'Its new name' },
  ...mfaOptions,
  ...gatewayOptions,
} as const satisfies CommandOptions

export async function handler({ context, rack, json, factor, name }: Arguments<typeof builder>): Promise<void> {
  const target = await targetOf(context, rack)
  const found = await findSecondFactor(target, factor, context.now)
  const renamed = await callGateway(target, 'renameSecondFactor', { id: found.id, body: { name } })
  if (json) return printJson(context, SecondFactor, renamed)
  context.print(printable(`${found.name} is now named ${renamed.name}.`))
}
