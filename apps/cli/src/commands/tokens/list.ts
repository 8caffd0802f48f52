import { Token } from '@rack-gateway/gateway-api'
import type { Arguments, CommandOptions } from '../../command-line/command-module.ts'
import { findServiceAccount, findUser } from '../../gateway/find-resource.ts'
import { listAllItems } from '../../gateway/list-all-items.ts'
import { bindingText, expiryText, minuteText } from '../../output/binding-text.ts'
import { printJsonList, printTable } from '../../output/response.ts'
import { targetOf } from '../../rack-choice/gateway-target.ts'
import type { Target } from '../../rack-choice/local/target.ts'
import { gatewayOptions } from '../options/shared-options.ts'

export const command = 'list'
export const describe = 'List API tokens.'
export const examples = [
  'rack-gateway tokens',
  'rack-gateway tokens list --owner me',
  'rack-gateway tokens list --owner deploy-web --json',
]
export const builder = {
  owner: { type: 'string', describe: 'Only tokens of this owner: me, or the ID, email address, or name' },
  ended: { type: 'boolean', describe: 'Include expired and revoked tokens' },
  ...gatewayOptions,
} as const satisfies CommandOptions

export async function handler({ context, rack, json, owner, ended }: Arguments<typeof builder>): Promise<void> {
  const target = await targetOf(context, rack)
  const query = owner === undefined ? {} : { owner: await ownerOf(target, owner, context.now) }
  const all = await listAllItems(target, 'listTokens', query)
  const shown = ended ? all : all.filter((token) => !hasEnded(token, context.now))
  if (json) return printJsonList(context, Token, shown)
  const rows = shown.map((token) => [
    token.id,
    token.name,
    token.owner.name,
    token.bindings.map(bindingText).join('; '),
    minuteText(token.lastUsedAt),
    token.revokedAt === null ? expiryText(token.expiresAt, context.now) : 'revoked',
  ])
  printTable(
    context,
    ['ID', 'NAME', 'OWNER', 'BINDINGS', 'LAST USED (UTC)', 'EXPIRES'],
    rows,
    'There are no API tokens.',
  )
}

function hasEnded({ revokedAt, expiresAt }: Token, now: number): boolean {
  return revokedAt !== null || Date.parse(expiresAt) <= now
}

async function ownerOf(target: Target, text: string, now: number): Promise<string> {
  if (text === 'me' || /^[0-9a-f-]{36}$/.test(text)) return text
  return (await (text.includes('@') ? findUser : findServiceAccount)(target, text, now)).id
}
