import { Token } from '@rack-gateway/gateway-api'
import type { Arguments, CommandOptions } from '../../command-line/command-module.ts'
import { findToken } from '../../gateway/find-resource.ts'
import { callGateway } from '../../gateway/gateway-api.ts'
import { confirm } from '../../output/confirm.ts'
import { printJson } from '../../output/response.ts'
import { targetOf } from '../../rack-choice/gateway-target.ts'
import { printable } from '../../terminal/terminal.ts'
import { gatewayOptions, yesOption } from '../options/shared-options.ts'

export const command = 'revoke <token>'
export const describe = 'Revoke an API token for good, and close its connections.'
export const examples = ['rack-gateway tokens revoke nightly', 'rack-gateway tokens revoke nightly --yes']
export const builder = {
  token: { type: 'string', demandOption: true, describe: 'The ID or name of the token' },
  yes: yesOption,
  ...gatewayOptions,
} as const satisfies CommandOptions

export async function handler({ context, rack, json, token, yes }: Arguments<typeof builder>): Promise<void> {
  const target = await targetOf(context, rack)
  const { id, name, owner } = await findToken(target, token, context.now)
  await confirm(context, `revoke the API token ${name} of ${owner.name}`, { yes })
  const revoked = await callGateway(target, 'revokeToken', { id })
  if (json) return printJson(context, Token, revoked)
  context.print(printable(`The API token ${name} of ${owner.name} is revoked, and its connections are closed.`))
}
