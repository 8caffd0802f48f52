import { User } from '@rack-gateway/gateway-api'
import type { Arguments, CommandOptions } from '../../command-line/command-module.ts'
import { findUser } from '../../gateway/find-resource.ts'
import { callGateway } from '../../gateway/gateway-api.ts'
import { printJson } from '../../output/response.ts'
import { targetOf } from '../../rack-choice/gateway-target.ts'
import { printable } from '../../terminal/terminal.ts'
import { mfaOptions } from '../options/mfa-options.ts'
import { gatewayOptions, userArgument } from '../options/shared-options.ts'

export const command = 'unlock <user>'
export const describe = 'Unlock a user. Sessions and API tokens that have not expired work again.'
export const examples = ['rack-gateway users unlock ada@example.com']
export const builder = {
  user: userArgument,
  ...mfaOptions,
  ...gatewayOptions,
} as const satisfies CommandOptions

export async function handler({ context, rack, json, ...args }: Arguments<typeof builder>): Promise<void> {
  const target = await targetOf(context, rack)
  const { id, email } = await findUser(target, args.user, context.now)
  const user = await callGateway(target, 'unlockUser', { id })
  if (json) return printJson(context, User, user)
  context.print(printable(`${email} is unlocked. Sessions and API tokens that have not expired work again.`))
}
