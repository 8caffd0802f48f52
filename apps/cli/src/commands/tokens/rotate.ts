import { Usage } from '../../errors.ts'
import { findToken } from '../../gateway/find-resource.ts'
import { callGateway } from '../../gateway/gateway-api.ts'
import { confirm } from '../../output/confirm.ts'
import { targetOf } from '../../target/gateway-target.ts'
import type { Arguments, CommandOptions } from '../command-module.ts'
import { expiryField } from '../options/expiry.ts'
import { mfaOptions } from '../options/mfa-options.ts'
import { expiresOption, gatewayOptions, yesOption } from '../options/shared-options.ts'
import { printNewToken } from './print-new-token.ts'

export const command = 'rotate <token>'
export const describe = 'Give an API token a new secret and print it once.'
export const details = 'Without an overlap the old secret stops working at once, so the command asks first.'
export const examples = ['rack-gateway tokens rotate nightly', 'rack-gateway tokens rotate nightly --overlap 0 --yes']
export const builder = {
  token: { type: 'string', demandOption: true, describe: 'The ID or name of the token' },
  overlap: { type: 'string', default: '24', describe: 'How many hours the old secret stays valid' },
  expires: expiresOption,
  yes: yesOption,
  ...mfaOptions,
  ...gatewayOptions,
} as const satisfies CommandOptions

export async function handler(args: Arguments<typeof builder>): Promise<void> {
  const { context, rack, json, token, overlap, expires, yes } = args
  if (!/^\d{1,3}$/.test(overlap))
    throw new Usage('--overlap is not a number of hours.', 'Use a number such as 24, or 0 for no overlap.')
  const target = await targetOf(context, rack)
  const { id, name } = await findToken(target, token, context.now)
  if (Number(overlap) === 0) await confirm(context, `revoke the current secret of ${name} at once`, { yes })
  const body = { overlapHours: Number(overlap), ...expiryField(expires, context.now) }
  printNewToken(context, await callGateway(target, 'rotateToken', { id, body }), json)
  if (Number(overlap) > 0) context.note(`The previous secret stays valid for ${overlap} hours.`)
}
