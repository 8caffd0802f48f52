import type { Arguments, CommandOptions } from '../../command-line/command-module.ts'
import { findUser } from '../../gateway/find-resource.ts'
import { callGateway } from '../../gateway/gateway-api.ts'
import { confirm } from '../../output/confirm.ts'
import { counted } from '../../output/counted.ts'
import { PrintedFactorReset } from '../../output/output-schemas.ts'
import { printJson } from '../../output/response.ts'
import { targetOf } from '../../rack-choice/gateway-target.ts'
import { printable } from '../../terminal/terminal.ts'
import { mfaOptions } from '../options/mfa-options.ts'
import { gatewayOptions, reasonOption, userArgument, yesOption } from '../options/shared-options.ts'

export const command = 'reset-factors <user>'
export const describe =
  'Remove all second factors and backup codes of a user who has lost them, and end all sessions of the user.'
export const details =
  'You need a second factor of your own, and must be able to grant every role of the user. After the reset, anyone with the login of the user can add a new second factor. So first confirm the request with the user, and not only by email.'
export const examples = ["rack-gateway users reset-factors ada@example.com --reason 'lost phone, seen in person'"]
export const builder = {
  user: userArgument,
  reason: { ...reasonOption, demandOption: true },
  yes: yesOption,
  ...mfaOptions,
  ...gatewayOptions,
} as const satisfies CommandOptions

export async function handler(args: Arguments<typeof builder>): Promise<void> {
  const { context, rack, json, user, reason, yes } = args
  const target = await targetOf(context, rack)
  const { id, email } = await findUser(target, user, context.now)
  await confirm(context, `remove all second factors and backup codes of ${email}`, { yes })
  const reset = await callGateway(target, 'resetSecondFactors', { id, body: { reason } })
  if (json) return printJson(context, PrintedFactorReset, reset)
  const { removed } = reset
  const names = removed.length === 0 ? '' : `: ${removed.map(({ name }) => name).join(', ')}`
  context.print(printable(`Removed ${counted(removed.length, 'second factor')} of ${email}${names}.`))
}
