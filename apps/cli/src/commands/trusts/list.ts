import type { Arguments, CommandOptions } from '../../command-line/command-module.ts'
import { listAllItems } from '../../gateway/list-all-items.ts'
import { bindingText, minuteText } from '../../output/binding-text.ts'
import { PrintedTrust } from '../../output/output-schemas.ts'
import { printJsonList, printTable } from '../../output/response.ts'
import { targetOf } from '../../rack-choice/gateway-target.ts'
import { gatewayOptions } from '../options/shared-options.ts'

export const command = 'list'
export const describe = 'List trusts.'
export const examples = ['rack-gateway trusts', 'rack-gateway trusts list --revoked --json']
export const builder = {
  revoked: { type: 'boolean', describe: 'Include revoked trusts' },
  ...gatewayOptions,
} as const satisfies CommandOptions

export async function handler({ context, rack, json, revoked }: Arguments<typeof builder>): Promise<void> {
  const all = await listAllItems(await targetOf(context, rack), 'listTrusts')
  const shown = revoked ? all : all.filter(({ revokedAt }) => revokedAt === null)
  if (json) return printJsonList(context, PrintedTrust, shown)
  const rows = shown.map(({ id, name, issuer, bindings, revokedAt }) => [
    id,
    name,
    issuer,
    bindings.map(bindingText).join('; '),
    revokedAt === null ? '' : `revoked ${minuteText(revokedAt)}`,
  ])
  printTable(context, ['ID', 'NAME', 'ISSUER', 'BINDINGS', 'STATE'], rows, 'There are no trusts.')
}
