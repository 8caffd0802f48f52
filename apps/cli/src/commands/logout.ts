import {
  type ClientConfig,
  gatewayOf,
  readClientConfig,
  Secret,
  tokenOf,
  updateClientConfig,
} from '@rack-gateway/config/client'
import type { Context } from '../context.ts'
import { gatewayAddress } from '../gateway-address.ts'
import type { Asker } from '../gateway-api.ts'
import { unknownRack } from '../target.ts'
import { printable } from '../terminal.ts'

/**
 * Ends the session of one gateway, or of each, and forgets its token. Addresses stay, so that logging in again needs the
 * name only. What can't be ended is forgotten all the same, and said.
 */
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
  const kept = Object.keys(config.tokens ?? {}).filter((name) => !held.includes(name))
  const { endSession } = await import('../ending-session.ts')
  const sentences: string[] = []
  for (const name of held) {
    const asker = askerOf(config, name)
    const others = kept.map((other) => ({ name: other, asker: askerOf(config, other) }))
    if (asker !== null) sentences.push(`${printable(name)}: ${await endSession(asker, others)}`)
  }
  const { notices } = await updateClientConfig(context.configPath, (current) => withoutTokens(current, held))
  for (const notice of notices) context.note(notice)
  context.print(`Logged out of ${printable(held.join(', '))}.`)
  for (const sentence of sentences) context.print(sentence)
}

/** Null where the file has no address to ask at. */
function askerOf(config: ClientConfig, name: string): Asker | null {
  const [entry, { origin }] = [tokenOf(config, name), gatewayAddress(gatewayOf(config, name)?.url ?? '')]
  return entry === null || origin === null ? null : { origin, token: new Secret(entry.token) }
}

function withoutTokens(config: ClientConfig, names: readonly string[]): ClientConfig {
  const tokens = Object.fromEntries(Object.entries(config.tokens ?? {}).filter(([name]) => !names.includes(name)))
  return { ...config, tokens }
}
