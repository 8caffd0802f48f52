import { EndedSessions } from '@rack-gateway/gateway-api'
import type { Arguments, CommandOptions } from '../../command-line/command-module.ts'
import { findUser } from '../../gateway/find-resource.ts'
import { callGateway } from '../../gateway/gateway-api.ts'
import { confirm } from '../../output/confirm.ts'
import { counted } from '../../output/counted.ts'
import { printJson } from '../../output/response.ts'
import { targetOf } from '../../rack-choice/gateway-target.ts'
import { printable } from '../../terminal/terminal.ts'
import { gatewayOptions, ownerOptions, yesOption } from '../options/shared-options.ts'

export const command = 'revoke-all'
export const describe = 'Revoke all your other sessions, or all sessions of another user.'
export const details =
  'The session that the command uses stays valid: "rack-gateway logout" revokes it. API tokens stay valid: "rack-gateway users lock" stops them, too. You need the role admin for --user.'
export const examples = ['rack-gateway sessions revoke-all', 'rack-gateway sessions revoke-all --user ada@example.com']
export const builder = {
  user: ownerOptions.user,
  yes: yesOption,
  ...gatewayOptions,
} as const satisfies CommandOptions

export async function handler({ context, rack, json, user, yes }: Arguments<typeof builder>): Promise<void> {
  const target = await targetOf(context, rack)
  const other = user === undefined ? null : await findUser(target, user, context.now)
  const sessions = other === null ? 'your other sessions' : `sessions of ${other.email}`
  await confirm(context, `revoke all ${sessions}, and close their connections`, { yes })
  const id = other?.id ?? (await callGateway(target, 'me', {})).id
  const revoked = await callGateway(target, 'endSessionsOfUser', { id })
  if (json) return printJson(context, EndedSessions, revoked)
  const { ended } = revoked
  const devices = ended.length === 0 ? '' : `: ${ended.map(({ device }) => device).join(', ')}`
  context.print(printable(`Revoked ${counted(ended.length, 'session')}${devices}.`))
}
