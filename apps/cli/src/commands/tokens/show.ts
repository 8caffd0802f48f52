import { Token } from '@rack-gateway/gateway-api'
import type { Arguments, CommandOptions } from '../../command-line/command-module.ts'
import { findToken } from '../../gateway/find-resource.ts'
import { bindingText, expiryText, minuteText } from '../../output/binding-text.ts'
import { printFields, printJson } from '../../output/response.ts'
import { targetOf } from '../../rack-choice/gateway-target.ts'
import { gatewayOptions } from '../options/shared-options.ts'

export const command = 'show <token>'
export const describe = 'Show an API token without its secret.'
export const examples = ['rack-gateway tokens show nightly']
export const builder = {
  token: { type: 'string', demandOption: true, describe: 'The ID or name of the token' },
  ...gatewayOptions,
} as const satisfies CommandOptions

export async function handler({ context, rack, json, ...args }: Arguments<typeof builder>): Promise<void> {
  const token = await findToken(await targetOf(context, rack), args.token, context.now)
  if (json) return printJson(context, Token, token)
  const { owner, expiresAt, lastUsedAt, lastUsedFrom } = token
  printFields(context, [
    ['id', token.id],
    ['name', token.name],
    ['begins with', token.prefix ?? ''],
    ['owner', `${owner.name} (${owner.kind})`],
    ...token.bindings.map(
      (binding) => ['binding', `${bindingText(binding)} ${expiryText(binding.expiresAt, context.now)}`.trim()] as const,
    ),
    ['only rack', token.rack ?? ''],
    ['only from', token.sources.join(', ')],
    ['created', minuteText(token.createdAt)],
    [
      'expires',
      token.revokedAt === null
        ? `${expiryText(expiresAt, context.now)}, at ${expiresAt}`
        : `revoked at ${token.revokedAt}`,
    ],
    [
      'last used',
      lastUsedAt === null ? 'not yet' : `${minuteText(lastUsedAt)} from ${lastUsedFrom ?? 'an unknown address'}`,
    ],
  ])
}
