import { Invitation } from '@rack-gateway/gateway-api'
import type { Arguments, CommandOptions } from '../../command-line/command-module.ts'
import { findInvitation } from '../../gateway/find-resource.ts'
import { callGateway } from '../../gateway/gateway-api.ts'
import { printJson } from '../../output/response.ts'
import { targetOf } from '../../rack-choice/gateway-target.ts'
import { printable } from '../../terminal/terminal.ts'
import { gatewayOptions } from '../options/shared-options.ts'

export const command = 'uninvite <invitation>'
export const describe = 'Revoke an invitation.'
export const examples = ['rack-gateway users uninvite ada@example.com']
export const builder = {
  invitation: {
    type: 'string',
    demandOption: true,
    describe: 'The ID of the invitation, or the email address of an open one',
  },
  ...gatewayOptions,
} as const satisfies CommandOptions

export async function handler({ context, rack, json, invitation }: Arguments<typeof builder>): Promise<void> {
  const target = await targetOf(context, rack)
  const { id } = await findInvitation(target, invitation, context.now)
  const revoked = await callGateway(target, 'revokeInvitation', { id })
  if (json) return printJson(context, Invitation, revoked)
  context.print(printable(`The invitation of ${revoked.email} is revoked.`))
}
