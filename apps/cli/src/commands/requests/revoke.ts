import { AccessRequestDetails } from '@rack-gateway/gateway-api'
import type { Arguments, CommandOptions } from '../../command-line/command-module.ts'
import { callGateway } from '../../gateway/gateway-api.ts'
import { confirm } from '../../output/confirm.ts'
import { printJson } from '../../output/response.ts'
import { targetOf } from '../../rack-choice/gateway-target.ts'
import { gatewayOptions, yesOption } from '../options/shared-options.ts'
import { findAccessRequest, idArgument } from './find-request.ts'
import { printActivity, printState } from './print-request.ts'
import { scopeText } from './text.ts'

export const command = 'revoke <id>'
export const describe = 'End the access of an approved access request now, and close its connections.'
export const details =
  'For the user of the grant, its reviewers, and administrators. Processes and builds that were started under the grant keep running. The command lists them.'
export const examples = [
  'rack-gateway requests revoke 01a21006-6e55-7646-9171-966421143187',
  'rack-gateway requests revoke 01a21006-6e55-7646-9171-966421143187 --note "the incident is over" --yes',
]
export const builder = {
  id: idArgument,
  note: { type: 'string', describe: 'A note, which the user, lists, and audit events show' },
  yes: yesOption,
  ...gatewayOptions,
} as const satisfies CommandOptions

export async function handler({ context, rack, json, note, yes, ...args }: Arguments<typeof builder>): Promise<void> {
  const target = await targetOf(context, rack)
  const request = await findAccessRequest(target, args.id)
  const { id, user, role, grant, state } = request
  // The gateway refuses to revoke what is over, and says what became of it.
  if (grant !== null && (state === 'approved' || state === 'active'))
    await confirm(context, `end the role ${role} of ${user.email} on ${scopeText(grant)}, and close its connections`, {
      yes,
    })
  const revoked = await callGateway(target, 'revokeGrant', { id, body: note === undefined ? {} : { note } })
  if (json) return printJson(context, AccessRequestDetails, revoked)
  printState(context, revoked, 'local')
  printActivity(context, { ...revoked, live: [] }, 'local')
}
