import type { Arguments, CommandOptions } from '../../command-line/command-module.ts'
import { findUser } from '../../gateway/find-resource.ts'
import { callGateway } from '../../gateway/gateway-api.ts'
import { expiryText } from '../../output/binding-text.ts'
import { confirm } from '../../output/confirm.ts'
import { PrintedLockedUser } from '../../output/output-schemas.ts'
import { printJson, printTable } from '../../output/response.ts'
import { targetOf } from '../../rack-choice/gateway-target.ts'
import { printable } from '../../terminal/terminal.ts'
import { gatewayOptions, reasonOption, userArgument, yesOption } from '../options/shared-options.ts'

export const command = 'lock <user>'
export const describe = 'Lock a user, which stops their sessions and API tokens until you unlock the user.'
export const examples = ["rack-gateway users lock ada@example.com --reason 'left the company'"]
export const builder = {
  user: userArgument,
  reason: { ...reasonOption, demandOption: true },
  yes: yesOption,
  ...gatewayOptions,
} as const satisfies CommandOptions

export async function handler(args: Arguments<typeof builder>): Promise<void> {
  const { context, rack, json, user, reason, yes } = args
  const target = await targetOf(context, rack)
  const { id, email } = await findUser(target, user, context.now)
  await confirm(context, `lock ${email}, which stops their sessions and API tokens until you unlock the user`, { yes })
  const locked = await callGateway(target, 'lockUser', { id, body: { reason } })
  if (json) return printJson(context, PrintedLockedUser, locked)
  context.print(printable(`${email} is locked.`))
  const { stoppedTokens } = locked
  if (stoppedTokens.length === 0) return
  const rows = stoppedTokens.map((token) => [token.id, token.name, expiryText(token.expiresAt, context.now)])
  context.print('These API tokens of the user no longer work:')
  printTable(context, ['ID', 'NAME', 'EXPIRES'], rows, '')
  context.note('Give a token that must keep working another owner: rack-gateway tokens owner ID --service-account NAME')
}
