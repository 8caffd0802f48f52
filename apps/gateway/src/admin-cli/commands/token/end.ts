import type { Arguments, CommandOptions } from '../../command-module.ts'

export const command = 'end <id>'
export const describe = 'end a session or API token at once'
export const builder = {
  id: { type: 'string', demandOption: true },
  reason: { type: 'string', default: 'ended by an operator' },
} as const satisfies CommandOptions

export async function handler({ id, reason }: Arguments<typeof builder>): Promise<void> {
  const { withIssuer } = await import('../../issuing.ts')
  const { endToken } = await import('../../tokens.ts')
  await withIssuer((issuer) => endToken(issuer, id, reason))
}
