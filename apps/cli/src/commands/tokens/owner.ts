import type { RequestOf } from '@rack-gateway/gateway-api'
import type { Arguments, CommandOptions } from '../../command-line/command-module.ts'
import { Usage } from '../../errors/errors.ts'
import { findServiceAccount, findToken, findUser } from '../../gateway/find-resource.ts'
import { callGateway } from '../../gateway/gateway-api.ts'
import { PrintedHandedOverToken } from '../../output/output-schemas.ts'
import { printJson } from '../../output/response.ts'
import { targetOf } from '../../rack-choice/gateway-target.ts'
import { printable } from '../../terminal/terminal.ts'
import { mfaOptions } from '../options/mfa-options.ts'
import { gatewayOptions, ownerOptions } from '../options/shared-options.ts'

export const command = 'owner <token>'
export const describe = 'Give an API token another owner.'
export const details = 'The token then keeps working when its old owner is locked.'
export const examples = [
  'rack-gateway tokens owner nightly --service-account reports',
  'rack-gateway tokens owner nightly --user grace@example.com',
]
export const builder = {
  token: { type: 'string', demandOption: true, describe: 'The ID or name of the token' },
  ...ownerOptions,
  ...mfaOptions,
  ...gatewayOptions,
} as const satisfies CommandOptions

export async function handler(args: Arguments<typeof builder>): Promise<void> {
  const { context, rack, json, token, user, serviceAccount } = args
  if ((user === undefined) === (serviceAccount === undefined))
    throw new Usage('An API token has one owner.', 'Pass either --user EMAIL or --service-account NAME.')
  const target = await targetOf(context, rack)
  const { id, name } = await findToken(target, token, context.now)
  const owner: RequestOf<'handOverToken'>['body']['owner'] =
    user === undefined
      ? { kind: 'service-account', id: (await findServiceAccount(target, serviceAccount ?? '', context.now)).id }
      : { kind: 'user', id: (await findUser(target, user, context.now)).id }
  const changed = await callGateway(target, 'handOverToken', { id, body: { owner } })
  if (json) return printJson(context, PrintedHandedOverToken, changed)
  context.print(printable(`The API token ${name} belongs to ${changed.owner.name}.`))
  context.note(printable(`${changed.note}: rack-gateway tokens rotate ${id}`))
}
