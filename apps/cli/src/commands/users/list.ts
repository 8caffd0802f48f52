import { User } from '@rack-gateway/gateway-api'
import { issuerName } from '@rack-gateway/rbac-policy'
import type { Arguments, CommandOptions } from '../../command-line/command-module.ts'
import { listAllItems } from '../../gateway/list-all-items.ts'
import { minuteText } from '../../output/binding-text.ts'
import { printJsonList, printTable } from '../../output/response.ts'
import { targetOf } from '../../rack-choice/gateway-target.ts'
import { gatewayOptions } from '../options/shared-options.ts'

export const command = 'list'
export const describe = 'List users, or the members of a group.'
export const examples = ['rack-gateway users', 'rack-gateway users list --group deployers@example.com']
export const builder = {
  group: { type: 'string', describe: 'Only members of this group' },
  ...gatewayOptions,
} as const satisfies CommandOptions

export async function handler({ context, rack, json, group }: Arguments<typeof builder>): Promise<void> {
  const target = await targetOf(context, rack)
  const users = await listAllItems(target, 'listUsers', { group })
  if (json) return printJsonList(context, User, users)
  const rows = users.map(({ id, email, issuer, groups, createdAt, lockedAt }) => [
    id,
    email,
    issuerName(issuer),
    groups.join(', '),
    minuteText(createdAt),
    lockedAt === null ? '' : `locked ${minuteText(lockedAt)}`,
  ])
  printTable(context, ['ID', 'EMAIL', 'ISSUER', 'GROUPS', 'CREATED (UTC)', 'STATE'], rows, 'There are no users.')
}
