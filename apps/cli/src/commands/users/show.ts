import { User } from '@rack-gateway/gateway-api'
import type { Arguments, CommandOptions } from '../../command-line/command-module.ts'
import { findUser } from '../../gateway/find-resource.ts'
import { minuteText } from '../../output/binding-text.ts'
import { printFields, printJson } from '../../output/response.ts'
import { targetOf } from '../../rack-choice/gateway-target.ts'
import { kindText } from '../mfa/kind-text.ts'
import { gatewayOptions, userArgument } from '../options/shared-options.ts'

export const command = 'show <user>'
export const describe = 'Show a user.'
export const examples = ['rack-gateway users show ada@example.com']
export const builder = {
  user: userArgument,
  ...gatewayOptions,
} as const satisfies CommandOptions

export async function handler({ context, rack, json, ...args }: Arguments<typeof builder>): Promise<void> {
  const user = await findUser(await targetOf(context, rack), args.user, context.now)
  if (json) return printJson(context, User, user)
  printFields(context, [
    ['id', user.id],
    ['email', user.email],
    ['issuer', user.issuer],
    ['created', minuteText(user.createdAt)],
    ['groups', user.groups.join(', ')],
    ['second factors', user.secondFactors.map(kindText).join(', ') || 'none'],
    ['locked', user.lockedAt === null ? '' : `${minuteText(user.lockedAt)}: ${user.lockedReason ?? ''}`],
  ])
}
