import type { CommandOptions } from '../../definitions/command-module.ts'

export const command = 'list'
export const describe = 'list sessions and API tokens, newest first'
export const builder = {} as const satisfies CommandOptions

export async function handler(): Promise<void> {
  const { withIssuer } = await import('../../actions/issuing.ts')
  const { listTokens } = await import('../../actions/tokens.ts')
  await withIssuer(listTokens)
}
