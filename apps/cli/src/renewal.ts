import { type ClientConfig, Secret, type TokenEntry, tokenOf, updateClientConfig } from '@rack-gateway/config/client'
import type { Context } from './context.ts'
import { expiryOf } from './expiry.ts'
import { askRenewal } from './gateway-client.ts'
import type { Target } from './target.ts'

/**
 * Renews a session and keeps its new token in the file. Nobody else writes the file meanwhile: of two windows, the second
 * finds the token that the first one got.
 */
export async function renew(context: Context, target: Target, name: string): Promise<Target> {
  const { config, notices } = await updateClientConfig(context.configPath, async (current) => {
    if (tokenOf(current, name)?.token !== target.token.reveal()) return current
    const answer = await askRenewal(target.origin, target.token)
    if (answer === 'later') return current
    if (answer === 'never') return withToken(current, name, { renew_at: undefined })
    return withToken(current, name, { token: answer.token, expires_at: answer.expiresAt, renew_at: answer.renewAt })
  })
  for (const notice of notices) context.note(notice)
  const entry = tokenOf(config, name)
  if (entry === null) return target
  return { ...target, token: new Secret(entry.token), expiry: expiryOf(entry.expires_at, context.now) }
}

function withToken(
  config: ClientConfig,
  name: string,
  change: Partial<Record<keyof TokenEntry, string | undefined>>,
): ClientConfig {
  const known = tokenOf(config, name)
  if (known === null) return config
  const entry = Object.fromEntries(Object.entries({ ...known, ...change }).filter(([, field]) => field !== undefined))
  return { ...config, tokens: { ...config.tokens, [name]: { ...entry, token: change.token ?? known.token } } }
}
