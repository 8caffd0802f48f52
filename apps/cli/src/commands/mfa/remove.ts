import { SecondFactor } from '@rack-gateway/gateway-api'
import type { Arguments, CommandOptions } from '../../command-line/command-module.ts'
import { findSecondFactor } from '../../gateway/find-resource.ts'
import { callGateway } from '../../gateway/gateway-api.ts'
import { confirm } from '../../output/confirm.ts'
import { printJson } from '../../output/response.ts'
import { targetOf } from '../../rack-choice/gateway-target.ts'
import { printable } from '../../terminal/terminal.ts'
import { mfaOptions } from '../options/mfa-options.ts'
import { gatewayOptions, yesOption } from '../options/shared-options.ts'
import { kindText } from './kind-text.ts'

export const command = 'remove <factor>'
export const describe = 'Remove one of your second factors.'
export const details =
  'You prove a passkey first. Without a passkey, remove the factor in your browser, on the page of your second factors. There, an authenticator code or a backup code is enough after a new login. If you remove the last second factor, your backup codes are removed, too, and your other sessions end. If you have lost all second factors, ask an administrator to reset them.'
export const examples = ['rack-gateway mfa remove YubiKey']
export const builder = {
  factor: { type: 'string', demandOption: true, describe: 'The ID or name of the second factor' },
  yes: yesOption,
  ...mfaOptions,
  ...gatewayOptions,
} as const satisfies CommandOptions

export async function handler({ context, rack, json, factor, yes }: Arguments<typeof builder>): Promise<void> {
  const target = await targetOf(context, rack)
  const { id, name, kind } = await findSecondFactor(target, factor, context.now)
  await confirm(context, `remove your ${kindText(kind)} ${name}`, { yes })
  const removed = await callGateway(target, 'removeSecondFactor', { id })
  if (json) return printJson(context, SecondFactor, removed)
  context.print(printable(`Your ${kindText(kind)} ${name} is removed.`))
}
