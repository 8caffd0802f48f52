import type { CommandOptions } from '../../command-module.ts'

export const command = 'list'
export const describe = 'list sessions and API tokens, newest first'
export const builder = {} as const satisfies CommandOptions

export async function handler(): Promise<void> {
  const { withIssuer } = await import('../../issuing.ts')
  const { listTokens } = await import('../../tokens.ts')
  await withIssuer(listTokens)
}
