import { exactDurationInWords } from '@rack-gateway/time'
import type { Arguments, CommandOptions } from '../../command-line/command-module.ts'
import { findToken } from '../../gateway/find-resource.ts'
import { callGateway } from '../../gateway/gateway-api.ts'
import { confirm } from '../../output/confirm.ts'
import { targetOf } from '../../rack-choice/gateway-target.ts'
import { parseSeconds } from '../options/duration.ts'
import { expiryField } from '../options/expiry.ts'
import { mfaOptions } from '../options/mfa-options.ts'
import { expiresOption, gatewayOptions, yesOption } from '../options/shared-options.ts'
import { printNewToken } from './print-new-token.ts'

export const command = 'rotate <token>'
export const describe = 'Give an API token a new secret and print it once.'
export const details = 'Without an overlap the old secret stops working at once, so the command asks first.'
export const examples = ['rack-gateway tokens rotate nightly', 'rack-gateway tokens rotate nightly --overlap 0s --yes']
export const builder = {
  token: { type: 'string', demandOption: true, describe: 'The ID or name of the token' },
  overlap: { type: 'string', default: '24h', describe: 'How long the old secret stays valid, such as 30m or 7d' },
  expires: expiresOption,
  yes: yesOption,
  ...mfaOptions,
  ...gatewayOptions,
} as const satisfies CommandOptions

export async function handler(args: Arguments<typeof builder>): Promise<void> {
  const { context, rack, json, token, overlap, expires, yes } = args
  const overlapSeconds = parseSeconds('--overlap', overlap, { least: '0s', most: '7d' })
  const target = await targetOf(context, rack)
  const { id, name } = await findToken(target, token, context.now)
  if (overlapSeconds === 0) await confirm(context, `revoke the current secret of ${name} at once`, { yes })
  const body = { overlapSeconds, ...expiryField(expires, context.now) }
  printNewToken(context, await callGateway(target, 'rotateToken', { id, body }), json)
  if (overlapSeconds > 0)
    context.note(`The previous secret stays valid for ${exactDurationInWords(overlapSeconds * 1_000)}.`)
}
