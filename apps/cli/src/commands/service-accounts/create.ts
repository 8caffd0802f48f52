import { ServiceAccount } from '@rack-gateway/gateway-api'
import type { Arguments, CommandOptions } from '../../command-line/command-module.ts'
import { callGateway } from '../../gateway/gateway-api.ts'
import { printJson } from '../../output/response.ts'
import { targetOf } from '../../rack-choice/gateway-target.ts'
import { printable } from '../../terminal/terminal.ts'
import { mfaOptions } from '../options/mfa-options.ts'
import { gatewayOptions } from '../options/shared-options.ts'

export const command = 'create <name>'
export const describe = 'Create a service account.'
export const details = 'It has no permissions until you create a binding for it.'
export const examples = ['rack-gateway service-accounts create deploy-web']
export const builder = {
  name: { type: 'string', demandOption: true, describe: 'The name in lists and audit events' },
  ...mfaOptions,
  ...gatewayOptions,
} as const satisfies CommandOptions

export async function handler({ context, rack, json, name }: Arguments<typeof builder>): Promise<void> {
  const target = await targetOf(context, rack)
  const account = await callGateway(target, 'createServiceAccount', { body: { name } })
  if (json) return printJson(context, ServiceAccount, account)
  context.print(printable(`The service account ${account.name} is created (${account.id}).`))
  context.note(
    printable(
      `It has no permissions yet. Give it a role with: rack-gateway bindings create ROLE --service-account ${account.name}`,
    ),
  )
}
