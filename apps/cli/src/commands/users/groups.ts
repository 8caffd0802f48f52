import { Group } from '@rack-gateway/gateway-api'
import type { Arguments, CommandOptions } from '../../command-line/command-module.ts'
import { listAllItems } from '../../gateway/list-all-items.ts'
import { printJsonList, printTable } from '../../output/response.ts'
import { targetOf } from '../../rack-choice/gateway-target.ts'
import { gatewayOptions } from '../options/shared-options.ts'

export const command = 'groups'
export const describe = 'List groups that have members or bindings.'
export const examples = ['rack-gateway users groups']
export const builder = gatewayOptions satisfies CommandOptions

export async function handler({ context, rack, json }: Arguments<typeof builder>): Promise<void> {
  const target = await targetOf(context, rack)
  const groups = await listAllItems(target, 'listGroups')
  if (json) return printJsonList(context, Group, groups)
  const rows = groups.map(({ name, members, bindings }) => [name, `${members}`, `${bindings}`])
  printTable(context, ['NAME', 'MEMBERS', 'BINDINGS'], rows, 'There are no groups.')
}
