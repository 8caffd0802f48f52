import type { Arguments, CommandOptions } from '../../definitions/command-module.ts'

export const command = 'revoke <id>'
export const describe = 'revoke a session or API token immediately'
export const builder = {
  id: { type: 'string', demandOption: true, describe: 'ID that `token list` shows' },
  reason: { type: 'string', default: 'ended by an operator', describe: 'reason in the audit log' },
} as const satisfies CommandOptions

export async function handler({ id, reason }: Arguments<typeof builder>): Promise<void> {
  const { withIssuer } = await import('../../actions/issuing.ts')
  const { revokeToken } = await import('../../actions/tokens.ts')
  await withIssuer((issuer) => revokeToken(issuer, id, reason))
}
