import {
  type ClientConfig,
  gatewayOf,
  readClientConfig,
  tokenOf,
  updateClientConfig,
} from '@rack-gateway/config/client'
import type { Context } from '../context.ts'
import { unknownRack } from '../target.ts'
import { printable } from '../terminal.ts'

/** Forgets the token of one gateway, or every token. Addresses stay, so that logging in again needs the name only. */
export async function logout(context: Context, which: { readonly name: string } | 'all'): Promise<void> {
  const { config } = await readClientConfig(context.configPath)
  const names = which === 'all' ? Object.keys(config.tokens ?? {}) : [which.name]
  if (which !== 'all' && gatewayOf(config, which.name) === null && tokenOf(config, which.name) === null) {
    throw unknownRack(which, { config, path: context.configPath })
  }
  const held = names.filter((name) => tokenOf(config, name) !== null)
  if (held.length === 0) {
    context.print('You were not logged in.')
    return
  }
  const { notices } = await updateClientConfig(context.configPath, (current) => withoutTokens(current, held))
  for (const notice of notices) context.note(notice)
  context.print(
    `Logged out of ${printable(held.join(', '))}. The token itself stays valid until it ends or is revoked at the gateway.`,
  )
}

function withoutTokens(config: ClientConfig, names: readonly string[]): ClientConfig {
  const tokens = Object.fromEntries(Object.entries(config.tokens ?? {}).filter(([name]) => !names.includes(name)))
  return { ...config, tokens }
}
