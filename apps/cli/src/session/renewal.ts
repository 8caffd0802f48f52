import {
  type ClientConfig,
  type Credential,
  type CredentialSlot,
  credentialOf,
  entryOf,
  readClientConfig,
  Secret,
  type TokenEntry,
  updateClientConfig,
  withCredential,
  withFileLock,
} from '@rack-gateway/config/client'
import type { RenewedSession } from '@rack-gateway/gateway-api'
import { askRenewal, renewalDeadlineMs } from '../gateway/gateway-client.ts'
import type { Context } from '../invocation/context.ts'
import type { Target } from '../rack-choice/local/target.ts'
import { expiryOf } from '../token/expiry.ts'
import { withCredentialsLock } from '../token-store/credentials-lock.ts'
import { readToken, replaceToken, rewriteToCheck } from '../token-store/stored-token.ts'

/**
 * Only one process renews at a time: the next process finds the new token. Other processes can change the file
 * meanwhile. A login or logout takes precedence.
 *
 * @param signal abandons the request; the target then keeps its old token
 */
export function renew<T extends Target>(context: Context, target: T, name: string, signal?: AbortSignal): Promise<T> {
  const { configPath, now } = context
  return withFileLock(`${configPath}.renewal`, { waitMs: renewalDeadlineMs }, async () => {
    const { config } = await readClientConfig(configPath)
    const credential = credentialOf(config, name)
    // The name may now belong to another gateway, and a token must go only to its own gateway.
    const stored = credential?.slot.origin === target.origin ? await withToken(context, credential) : null
    if (stored?.token !== target.token.reveal()) return withStoredToken(target, stored, now)
    // Another process stores a new token in the keychain before it stores the new dates in the file. So the target can
    // have the new token with the old dates, although no renewal is due.
    if (Date.parse(stored.entry.renew_at ?? '') > now) return withStoredToken(target, stored, now)
    await checkStorable(context, stored)
    const response = await askRenewal(target, signal)
    if (response === 'later') return target
    return withStoredToken(target, (await storeRenewal(context, stored, response)) ?? stored, now)
  })
}

interface CredentialWithToken extends Credential {
  readonly token: string
}

async function withToken(context: Context, credential: Credential | null): Promise<CredentialWithToken | null> {
  const token = credential === null ? null : await readToken(context, credential)
  return credential === null || token === null ? null : { ...credential, token }
}

/**
 * Checks before the renewal that the keychain can store a token. Otherwise, the renewal could lose the new token, and
 * the old token would soon expire (by default, within a day).
 */
async function checkStorable(context: Context, stored: CredentialWithToken): Promise<void> {
  if (stored.entry.kept_in === undefined) return
  await withCredentialsLock(context, async () => {
    const current = await readCredential(context, stored.slot)
    if (current?.token === stored.token) await rewriteToCheck(context, current, current.token)
  })
}

/** @returns the credential that is stored now, perhaps from another login; null after a logout */
function storeRenewal(
  context: Context,
  stored: CredentialWithToken,
  response: RenewedSession | 'never',
): Promise<CredentialWithToken | null> {
  const { configPath } = context
  return withCredentialsLock(context, async () => {
    const credential = await readCredential(context, stored.slot)
    if (credential?.token !== stored.token) return credential
    const token = response === 'never' ? credential.token : response.token
    const fields = response === 'never' ? {} : await replaceToken(context, credential, token)
    const { config, notices } = await updateClientConfig(
      configPath,
      (current) => {
        const storedEntry = entryOf(current, stored.slot)
        if (storedEntry === null || storedEntry.token !== credential.entry.token) return current
        const { renew_at: _, ...entry } = storedEntry
        return withCredential(current, stored.slot, { ...entry, ...fields, ...datesOf(response) })
      },
      { waitMs: context.timeouts.fileLock },
    )
    for (const notice of notices) context.note(notice)
    return withToken(context, credentialFor(config, stored.slot))
  })
}

function datesOf(response: RenewedSession | 'never'): Pick<TokenEntry, 'expires_at' | 'renew_at'> {
  return response === 'never' ? {} : { expires_at: response.expiresAt, renew_at: response.renewAt }
}

async function readCredential(context: Context, slot: CredentialSlot): Promise<CredentialWithToken | null> {
  const { config } = await readClientConfig(context.configPath)
  return withToken(context, credentialFor(config, slot))
}

function credentialFor(config: ClientConfig, slot: CredentialSlot): Credential | null {
  const entry = entryOf(config, slot)
  return entry === null ? null : { slot, entry }
}

function withStoredToken<T extends Target>(target: T, stored: CredentialWithToken | null, now: number): T {
  if (stored === null) return target
  return { ...target, token: new Secret(stored.token), expiry: expiryOf(stored.entry.expires_at, now) }
}
