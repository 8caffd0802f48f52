import { ServiceAccount } from '@rack-gateway/gateway-api'
import type { Arguments, CommandOptions } from '../../command-line/command-module.ts'
import { findServiceAccount } from '../../gateway/find-resource.ts'
import { callGateway } from '../../gateway/gateway-api.ts'
import { confirm } from '../../output/confirm.ts'
import { printJson } from '../../output/response.ts'
import { targetOf } from '../../rack-choice/gateway-target.ts'
import { printable } from '../../terminal/terminal.ts'
import { gatewayOptions, yesOption } from '../options/shared-options.ts'

export const command = 'disable <account>'
export const describe = 'Disable a service account. The gateway rejects its API tokens until you enable it again.'
export const examples = ['rack-gateway service-accounts disable deploy-web']
export const builder = {
  account: { type: 'string', demandOption: true, describe: 'The ID or name of the service account' },
  yes: yesOption,
  ...gatewayOptions,
} as const satisfies CommandOptions

export async function handler(args: Arguments<typeof builder>): Promise<void> {
  const { context, rack, json, yes } = args
  const target = await targetOf(context, rack)
  const { id, name } = await findServiceAccount(target, args.account, context.now)
  await confirm(context, `disable the service account ${name}, which stops its API tokens`, { yes })
  const account = await callGateway(target, 'disableServiceAccount', { id })
  if (json) printJson(context, ServiceAccount, account)
  else context.print(printable(`${name} is disabled. The gateway rejects its API tokens.`))
}
