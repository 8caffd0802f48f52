import { ServiceAccount } from '@rack-gateway/gateway-api'
import type { Arguments, CommandOptions } from '../../command-line/command-module.ts'
import { listAllItems } from '../../gateway/list-all-items.ts'
import { minuteText } from '../../output/binding-text.ts'
import { printJsonList, printTable } from '../../output/response.ts'
import { targetOf } from '../../rack-choice/gateway-target.ts'
import { gatewayOptions } from '../options/shared-options.ts'

export const command = 'list'
export const describe = 'List service accounts.'
export const examples = ['rack-gateway service-accounts', 'rack-gateway service-accounts list --json']
export const builder = gatewayOptions satisfies CommandOptions

export async function handler({ context, rack, json }: Arguments<typeof builder>): Promise<void> {
  const accounts = await listAllItems(await targetOf(context, rack), 'listServiceAccounts')
  if (json) return printJsonList(context, ServiceAccount, accounts)
  const rows = accounts.map(({ id, name, createdAt, disabledAt }) => [
    id,
    name,
    minuteText(createdAt),
    disabledAt === null ? '' : `disabled ${minuteText(disabledAt)}`,
  ])
  printTable(context, ['ID', 'NAME', 'CREATED (UTC)', 'STATE'], rows, 'There are no service accounts.')
}
