import type { Arguments, CommandOptions } from '../../command-line/command-module.ts'
import { findTrust } from '../../gateway/find-resource.ts'
import { callGateway } from '../../gateway/gateway-api.ts'
import { confirm } from '../../output/confirm.ts'
import { PrintedTrust } from '../../output/output-schemas.ts'
import { printJson } from '../../output/response.ts'
import { targetOf } from '../../rack-choice/gateway-target.ts'
import { printable } from '../../terminal/terminal.ts'
import { gatewayOptions, yesOption } from '../options/shared-options.ts'

export const command = 'delete <trust>'
export const describe = 'Delete a trust for good, and close the connections of its jobs.'
export const examples = ['rack-gateway trusts delete deploy-web']
export const builder = {
  trust: { type: 'string', demandOption: true, describe: 'The ID or name of the trust' },
  yes: yesOption,
  ...gatewayOptions,
} as const satisfies CommandOptions

export async function handler({ context, rack, json, yes, ...args }: Arguments<typeof builder>): Promise<void> {
  const target = await targetOf(context, rack)
  const { id, name } = await findTrust(target, args.trust, context.now)
  await confirm(context, `delete the trust ${name} for good, which revokes the sessions of its jobs`, { yes })
  const trust = await callGateway(target, 'revokeTrust', { id })
  if (json) return printJson(context, PrintedTrust, trust)
  context.print(printable(`The trust ${name} is deleted, and the connections of its jobs are closed.`))
}
