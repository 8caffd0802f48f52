import {
  type Credential,
  credentialOf,
  entryOf,
  type Holder,
  readClientConfig,
  Secret,
  updateClientConfig,
  withCredential,
  withFileLock,
} from '@rack-gateway/config/client'
import type { Context } from './context.ts'
import { expiryOf } from './expiry.ts'
import { askRenewal, type Renewed, renewalDeadlineMs } from './gateway-client.ts'
import type { Target } from './target.ts'
import { checkReplaceable, readToken, replaceToken } from './token-store/kept-token.ts'

/**
 * Renews a session and keeps its new token where the old one is. One window at a time does: the second one finds the token
 * that the first one got, under whatever name of its address. The file itself is free meanwhile, and a login or logout in
 * between wins.
 *
 * @param leaving gives it up: the gateway then changes nothing
 */
export function renew<T extends Target>(context: Context, target: T, name: string, leaving?: AbortSignal): Promise<T> {
  const { configPath, now } = context
  return withFileLock(`${configPath}.renewal`, { waitMs: renewalDeadlineMs }, async () => {
    const { config } = await readClientConfig(configPath)
    const credential = credentialOf(config, name)
    // By now the name may lead elsewhere, and a token goes to no gateway but its own.
    const known = credential?.holder.origin === target.origin ? await found(context, credential) : null
    if (known?.token !== target.token.reveal()) return targetOf(target, known, now)
    await checkKeepable(context, known)
    const answer = await askRenewal(target, leaving)
    if (answer === 'later') return target
    return targetOf(target, (await kept(context, known, answer)) ?? known, now)
  })
}

interface Found extends Credential {
  readonly token: string
}

async function found(context: Context, credential: Credential | null): Promise<Found | null> {
  const token = credential === null ? null : await readToken(context, credential)
  return credential === null || token === null ? null : { ...credential, token }
}

/** A token that can't be kept is lost, and the one before it ends with the day: so it isn't asked for. */
async function checkKeepable(context: Context, known: Found): Promise<void> {
  if (known.entry.kept_in === undefined) return
  await updateClientConfig(context.configPath, async (current) => {
    const now = await found(context, credentialFor(current, known.holder))
    if (now?.token === known.token) await checkReplaceable(context, now, now.token)
    return current
  })
}

/** @returns what is kept now; null where a login or logout came in between */
async function kept(context: Context, known: Found, answer: Renewed | 'never'): Promise<Found | null> {
  const written = await updateClientConfig(context.configPath, async (current) => {
    const credential = await found(context, credentialFor(current, known.holder))
    if (credential?.token !== known.token) return current
    const { renew_at: _, ...entry } = credential.entry
    if (answer === 'never') return withCredential(current, known.holder, entry)
    const about = { expires_at: answer.expiresAt, renew_at: answer.renewAt }
    return replaceToken(context, current, { credential: { ...credential, entry }, token: answer.token, about })
  })
  for (const notice of written.notices) context.note(notice)
  return found(context, credentialFor(written.config, known.holder))
}

function credentialFor(config: Parameters<typeof entryOf>[0], holder: Holder): Credential | null {
  const entry = entryOf(config, holder)
  return entry === null ? null : { holder, entry }
}

function targetOf<T extends Target>(target: T, known: Found | null, now: number): T {
  if (known === null) return target
  return { ...target, token: new Secret(known.token), expiry: expiryOf(known.entry.expires_at, now) }
}
