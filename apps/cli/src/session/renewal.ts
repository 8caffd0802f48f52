import {
  type ClientConfig,
  type Credential,
  credentialOf,
  entryOf,
  type Holder,
  readClientConfig,
  Secret,
  type TokenEntry,
  updateClientConfig,
  withCredential,
  withFileLock,
} from '@rack-gateway/config/client'
import type { RenewedSession } from '@rack-gateway/gateway-api'
import type { Context } from '../context.ts'
import { askRenewal, renewalDeadlineMs } from '../gateway/gateway-client.ts'
import type { Target } from '../target/target.ts'
import { withCredentialsLock } from '../token-store/credentials-lock.ts'
import { checkReplaceable, readToken, replaceToken } from '../token-store/stored-token.ts'
import { expiryOf } from './expiry.ts'

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
    await checkStorable(context, known)
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
async function checkStorable(context: Context, known: Found): Promise<void> {
  if (known.entry.kept_in === undefined) return
  await withCredentialsLock(context, async () => {
    const now = await newest(context, known.holder)
    if (now?.token === known.token) await checkReplaceable(context, now, now.token)
  })
}

/** @returns what is kept now; null where a login or logout came in between */
function kept(context: Context, known: Found, answer: RenewedSession | 'never'): Promise<Found | null> {
  const { configPath } = context
  return withCredentialsLock(context, async () => {
    const credential = await newest(context, known.holder)
    if (credential?.token !== known.token) return credential
    const token = answer === 'never' ? credential.token : answer.token
    const place = answer === 'never' ? {} : await replaceToken(context, credential, token)
    const { config, notices } = await updateClientConfig(
      configPath,
      (current) => {
        const before = entryOf(current, known.holder)
        if (before === null || before.token !== credential.entry.token) return current
        const { renew_at: _, ...entry } = before
        return withCredential(current, known.holder, { ...entry, ...place, ...datesOf(answer) })
      },
      { waitMs: context.timeouts.fileLock },
    )
    for (const notice of notices) context.note(notice)
    return found(context, credentialFor(config, known.holder))
  })
}

function datesOf(answer: RenewedSession | 'never'): Pick<TokenEntry, 'expires_at' | 'renew_at'> {
  return answer === 'never' ? {} : { expires_at: answer.expiresAt, renew_at: answer.renewAt }
}

async function newest(context: Context, holder: Holder): Promise<Found | null> {
  const { config } = await readClientConfig(context.configPath)
  return found(context, credentialFor(config, holder))
}

function credentialFor(config: ClientConfig, holder: Holder): Credential | null {
  const entry = entryOf(config, holder)
  return entry === null ? null : { holder, entry }
}

function targetOf<T extends Target>(target: T, known: Found | null, now: number): T {
  if (known === null) return target
  return { ...target, token: new Secret(known.token), expiry: expiryOf(known.entry.expires_at, now) }
}
