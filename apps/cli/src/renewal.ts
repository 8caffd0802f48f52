import {
  type ClientConfig,
  readClientConfig,
  Secret,
  type TokenEntry,
  tokenOf,
  updateClientConfig,
  withFileLock,
} from '@rack-gateway/config/client'
import type { Context } from './context.ts'
import { expiryOf } from './expiry.ts'
import { askRenewal, type Renewed, renewalDeadlineMs } from './gateway-client.ts'
import type { Target } from './target.ts'

/**
 * Renews a session and keeps its new token in the file. One window at a time does: the second one finds the token that the
 * first one got. The file itself is free meanwhile, and a login or logout in between wins.
 *
 * @param leaving gives it up: the gateway then changes nothing
 */
export function renew(context: Context, target: Target, name: string, leaving?: AbortSignal): Promise<Target> {
  const { configPath, now } = context
  return withFileLock(`${configPath}.renewal`, { waitMs: renewalDeadlineMs }, async () => {
    const { config } = await readClientConfig(configPath)
    const known = tokenOf(config, name)
    if (known?.token !== target.token.reveal()) return targetOf(target, known, now)
    const answer = await askRenewal(target.origin, target.token, leaving)
    if (answer === 'later') return target
    const written = await updateClientConfig(configPath, (current) =>
      tokenOf(current, name)?.token === known.token ? withToken(current, name, answer) : current,
    )
    for (const notice of written.notices) context.note(notice)
    return targetOf(target, tokenOf(written.config, name), now)
  })
}

function targetOf(target: Target, entry: TokenEntry | null, now: number): Target {
  if (entry === null) return target
  return { ...target, token: new Secret(entry.token), expiry: expiryOf(entry.expires_at, now) }
}

function withToken(config: ClientConfig, name: string, answer: Renewed | 'never'): ClientConfig {
  const { renew_at: _, ...known } = tokenOf(config, name) ?? { token: '' }
  const entry =
    answer === 'never'
      ? known
      : { ...known, token: answer.token, expires_at: answer.expiresAt, renew_at: answer.renewAt }
  return { ...config, tokens: { ...config.tokens, [name]: entry } }
}
