import { ServiceAccount } from '@rack-gateway/gateway-api'
import type { Arguments, CommandOptions } from '../../command-line/command-module.ts'
import { findServiceAccount } from '../../gateway/find-resource.ts'
import { callGateway } from '../../gateway/gateway-api.ts'
import { printJson } from '../../output/response.ts'
import { targetOf } from '../../rack-choice/gateway-target.ts'
import { printable } from '../../terminal/terminal.ts'
import { mfaOptions } from '../options/mfa-options.ts'
import { gatewayOptions } from '../options/shared-options.ts'

export const command = 'enable <account>'
export const describe = 'Enable a disabled service account.'
export const examples = ['rack-gateway service-accounts enable deploy-web']
export const builder = {
  account: { type: 'string', demandOption: true, describe: 'The ID or name of the service account' },
  ...mfaOptions,
  ...gatewayOptions,
} as const satisfies CommandOptions

export async function handler(args: Arguments<typeof builder>): Promise<void> {
  const { context, rack, json } = args
  const target = await targetOf(context, rack)
  const { id, name } = await findServiceAccount(target, args.account, context.now)
  const account = await callGateway(target, 'enableServiceAccount', { id })
  if (json) printJson(context, ServiceAccount, account)
  else context.print(printable(`${name} is enabled.`))
}
