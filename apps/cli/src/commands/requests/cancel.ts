import { AccessRequestDetails } from '@rack-gateway/gateway-api'
import type { Arguments, CommandOptions } from '../../command-line/command-module.ts'
import { callGateway } from '../../gateway/gateway-api.ts'
import { printJson } from '../../output/response.ts'
import { targetOf } from '../../rack-choice/gateway-target.ts'
import { gatewayOptions } from '../options/shared-options.ts'
import { findAccessRequest, idArgument } from './find-request.ts'
import { printState } from './print-request.ts'

export const command = 'cancel <id>'
export const describe = 'Cancel your own access request, which nobody has decided yet.'
export const examples = ['rack-gateway requests cancel 01a21006-6e55-7646-9171-966421143187']
export const builder = { id: idArgument, ...gatewayOptions } as const satisfies CommandOptions

export async function handler({ context, rack, json, ...args }: Arguments<typeof builder>): Promise<void> {
  const target = await targetOf(context, rack)
  const { id } = await findAccessRequest(target, args.id)
  const canceled = await callGateway(target, 'cancelAccessRequest', { id })
  if (json) return printJson(context, AccessRequestDetails, canceled)
  printState(context, canceled, 'local')
}
