import { AccessRequestDetails } from '@rack-gateway/gateway-api'
import type { Arguments, CommandOptions } from '../../command-line/command-module.ts'
import { callGateway } from '../../gateway/gateway-api.ts'
import { printJson } from '../../output/response.ts'
import { targetOf } from '../../rack-choice/gateway-target.ts'
import { gatewayOptions } from '../options/shared-options.ts'
import { findAccessRequest, idArgument } from './find-request.ts'
import { printState } from './print-request.ts'

export const command = 'deny <id>'
export const describe = 'Deny an access request of another user. One denial is enough.'
export const examples = [
  'rack-gateway requests deny 01a21006-6e55-7646-9171-966421143187 --note "use the staging rack for this"',
]
export const builder = {
  id: idArgument,
  note: { type: 'string', demandOption: true, describe: 'Why, which the user, lists, and audit events show' },
  ...gatewayOptions,
} as const satisfies CommandOptions

export async function handler({ context, rack, json, note, ...args }: Arguments<typeof builder>): Promise<void> {
  const target = await targetOf(context, rack)
  const { id } = await findAccessRequest(target, args.id)
  const denied = await callGateway(target, 'denyAccessRequest', { id, body: { note } })
  if (json) return printJson(context, AccessRequestDetails, denied)
  printState(context, denied, 'local')
}
