import { isUuid } from '@rack-gateway/audit/events'
import type { AccessRequestDetails } from '@rack-gateway/gateway-api'
import { Usage } from '../../errors/errors.ts'
import { callGateway, type GatewayAccess } from '../../gateway/gateway-api.ts'
import { emptyIfDenied, listAllItems } from '../../gateway/list-all-items.ts'
import { printable } from '../../terminal/terminal.ts'

export const idArgument = {
  type: 'string',
  demandOption: true,
  describe: 'The ID of the access request, or at least its first 4 characters',
} as const

const listCommand = 'List the access requests with: rack-gateway requests, or rack-gateway requests list --waiting'

/** @throws Usage if there is no such access request, or if several IDs begin with the text */
export async function findAccessRequest(gateway: GatewayAccess, text: string): Promise<AccessRequestDetails> {
  const id = await completeId(gateway, text)
  const missing = new Usage(`There is no access request ${printable(text)} that you can see.`, listCommand)
  return callGateway(gateway, 'getAccessRequest', { id }, { missing })
}

async function completeId(gateway: GatewayAccess, text: string): Promise<string> {
  const start = text.toLowerCase()
  if (isUuid(start)) return start
  if (!/^[0-9a-f-]{4,35}$/.test(start))
    throw new Usage(`${printable(text)} is not the ID of an access request, or its first 4 characters.`, listCommand)
  const views = ['own', 'waiting', 'all'] as const
  const lists = await Promise.all(
    views.map((view) => listAllItems(gateway, 'listAccessRequests', { view }).catch(emptyIfDenied)),
  )
  const ids = [...new Set(lists.flat().map(({ id }) => id))].filter((id) => id.startsWith(start))
  const [only, ...others] = ids
  if (only === undefined)
    throw new Usage(`No access request that you can see has an ID that begins with ${start}.`, listCommand)
  if (others.length === 0) return only
  throw new Usage(
    `${ids.length} access requests have an ID that begins with ${start}: ${ids.slice(0, 10).join(', ')}${ids.length > 10 ? ', …' : ''}.`,
    'Pass a longer part of the ID.',
  )
}
