import type { Arguments, CommandOptions } from '../../command-line/command-module.ts'
import { callGateway } from '../../gateway/gateway-api.ts'
import { listAllItems } from '../../gateway/list-all-items.ts'
import { minuteText } from '../../output/binding-text.ts'
import { counted } from '../../output/counted.ts'
import { PrintedSecondFactors } from '../../output/output-schemas.ts'
import { printJson, printTable } from '../../output/response.ts'
import { targetOf } from '../../rack-choice/gateway-target.ts'
import { gatewayOptions } from '../options/shared-options.ts'
import { kindText } from './kind-text.ts'

export const command = 'list'
export const describe = 'List your second factors, and how many backup codes are left.'
export const examples = ['rack-gateway mfa', 'rack-gateway mfa list --json']
export const builder = gatewayOptions satisfies CommandOptions

export async function handler({ context, rack, json }: Arguments<typeof builder>): Promise<void> {
  const target = await targetOf(context, rack)
  const factors = await listAllItems(target, 'listSecondFactors', { user: 'me' })
  const backupCodes = await callGateway(target, 'backupCodeStatus', {})
  if (json) return printJson(context, PrintedSecondFactors, { factors, backupCodes })
  printTable(
    context,
    ['ID', 'NAME', 'KIND', 'ADDED (UTC)', 'LAST USED (UTC)'],
    factors.map(({ id, name, kind, createdAt, lastUsedAt }) => [
      id,
      name,
      kindText(kind),
      minuteText(createdAt),
      lastUsedAt === null ? 'not yet' : minuteText(lastUsedAt),
    ]),
    'You have no second factor. Add one with: rack-gateway mfa add',
  )
  if (factors.length > 0) context.note(`You have ${counted(backupCodes.remaining, 'backup code')} left.`)
}
