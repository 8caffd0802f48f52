import {
  type ClientConfig,
  type Credential,
  type CredentialSlot,
  entryOf,
  type TokenEntry,
} from '@rack-gateway/config/client'
import { reasonOf } from '@rack-gateway/errors'
import { BadSetting, KeychainUnusable } from '../errors/errors.ts'
import type { Context } from '../invocation/context.ts'
import { type Keychain, service, useFileStore } from './keychain.ts'
import { systemKeychain } from './system-keychain.ts'

/** The fields of an entry, except for the token and its location. */
export type TokenDetails = Omit<TokenEntry, 'token' | 'kept_in' | 'url'>

/** Null if the entry or the keychain has no token. @throws KeychainUnusable */
export async function readToken(context: Context, { slot, entry }: Credential): Promise<string | null> {
  if (entry.kept_in !== 'keychain') return entry.token ?? null
  try {
    return await (await systemKeychain(context)).read(accountOf(slot))
  } catch (error) {
    if (!(error instanceof KeychainUnusable)) throw error
    throw new KeychainUnusable(
      `Your token for ${slot.origin} cannot be read: ${reasonOf(error, '')}.`,
      'Unlock the keychain and try again, or log in again and store the token in a file: RACK_GATEWAY_TOKEN_STORE=file',
    )
  }
}

/** The fields of an entry that contain or locate its token. */
export type StoredTokenFields = Pick<TokenEntry, 'token' | 'kept_in'>

export interface StoredToken {
  readonly fields: StoredTokenFields
  /** Whether the message that tokens are in the file was just printed. */
  readonly isFirstFileNote: boolean
  /** The credential that the keychain still has, to be deleted. */
  readonly replaced: Credential | null
  /** Restores the keychain if the file could not be written. @returns why this failed and the remedy, or null */
  restore(): Promise<string | null>
}

/**
 * Stores the token in the keychain or the file, as the user has configured. By default, falls back to the file, and
 * prints a message about the fallback once.
 *
 * @throws KeychainUnusable, BadSetting
 */
export async function storeToken(
  context: Context,
  config: ClientConfig,
  { slot, token }: { readonly slot: CredentialSlot; readonly token: string },
): Promise<StoredToken> {
  const store = configuredStore(context.env, config)
  const { problem, restore } = store === 'file' ? keychainNotTried : await storeInKeychain(context, slot, token)
  if (store === 'keychain' && problem !== null)
    throw new KeychainUnusable(
      `The token could not be stored: ${problem}.`,
      'Unlock the keychain, or store the token in a file: RACK_GATEWAY_TOKEN_STORE=file',
    )
  if (store !== 'file' && problem === null)
    return { fields: { kept_in: 'keychain' }, isFirstFileNote: false, replaced: null, restore }
  const before = entryOf(config, slot)
  const replaced = before?.kept_in === 'keychain' ? { slot, entry: before } : null
  const inFile = { fields: { token }, replaced, restore }
  if (problem === null || config.file_store_told === true) return { ...inFile, isFirstFileNote: false }
  context.note(
    `The keychain was not used: ${problem}. Your token is stored in ${context.configPath}, which only you can read (0600). Set RACK_GATEWAY_TOKEN_STORE=file to hide this message.`,
  )
  return { ...inFile, isFirstFileNote: true }
}

/** @throws KeychainUnusable */
export async function replaceToken(
  context: Context,
  { slot, entry }: Credential,
  token: string,
): Promise<StoredTokenFields> {
  if (entry.kept_in !== 'keychain') return { token }
  await writeAndCheck(await systemKeychain(context), accountOf(slot), token)
  return { kept_in: 'keychain' }
}

/** Makes sure that a newer token can replace the token. @throws KeychainUnusable */
export async function rewriteToCheck(context: Context, { slot, entry }: Credential, token: string): Promise<void> {
  if (entry.kept_in === 'keychain') await writeAndCheck(await systemKeychain(context), accountOf(slot), token)
}

/**
 * Deletes a token from the keychain. A token in the file is deleted with its entry instead.
 *
 * @returns why this failed and the remedy, or null
 */
export async function deleteToken(context: Context, { slot, entry }: Credential): Promise<string | null> {
  if (entry.kept_in !== 'keychain') return null
  const account = accountOf(slot)
  const problem = await keychainProblem(async () => (await systemKeychain(context)).remove(account))
  if (problem === null) return null
  return `The keychain still has the old token for ${slot.origin}: ${problem}. Unlock the keychain, and remove the entry ${service} of the account ${account}.`
}

export async function deleteReplaced(context: Context, credential: Credential): Promise<void> {
  const problem = await deleteToken(context, credential)
  if (problem !== null) context.note(problem)
}

/** The location of an entry's token, as sentences name it. */
export async function tokenLocation(context: Context, entry: TokenEntry): Promise<string> {
  if (entry.kept_in !== 'keychain') return context.configPath
  try {
    return (await systemKeychain(context)).title
  } catch {
    return "the system's keychain"
  }
}

interface KeychainResult extends Pick<StoredToken, 'restore'> {
  /** Why the keychain does not have the token; null if it was stored, or if the keychain was not tried. */
  readonly problem: string | null
}

const keychainNotTried: KeychainResult = { problem: null, restore: async () => null }

async function storeInKeychain(context: Context, slot: CredentialSlot, token: string): Promise<KeychainResult> {
  const account = accountOf(slot)
  let undo = async () => {}
  const problem = await keychainProblem(async () => {
    const keychain = await systemKeychain(context)
    const before = await keychain.read(account)
    undo = () => (before === null ? keychain.remove(account) : keychain.write(account, before))
    await writeAndCheck(keychain, account, token)
  })
  if (problem !== null) await keychainProblem(undo)
  async function restore(): Promise<string | null> {
    const problem = await keychainProblem(undo)
    if (problem === null) return null
    return `The previous token for ${slot.origin} could not be restored in the keychain: ${problem}. Unlock the keychain, and log in again.`
  }
  return { problem, restore }
}

/** Reads the token back, because some tools report success although they stored nothing. */
async function writeAndCheck(keychain: Keychain, account: string, token: string): Promise<void> {
  await keychain.write(account, token)
  if ((await keychain.read(account)) !== token)
    throw new KeychainUnusable(`${keychain.title} did not store the token`, useFileStore)
}

/** @returns why the keychain cannot be used, or null */
async function keychainProblem(work: () => Promise<void>): Promise<string | null> {
  try {
    await work()
    return null
  } catch (error) {
    if (error instanceof KeychainUnusable) return reasonOf(error, '')
    throw error
  }
}

function configuredStore({ RACK_GATEWAY_TOKEN_STORE: store }: NodeJS.ProcessEnv, config: ClientConfig) {
  if (!store) return config.token_store ?? 'either'
  if (store === 'file' || store === 'keychain') return store
  throw new BadSetting('RACK_GATEWAY_TOKEN_STORE is neither "file" nor "keychain".', 'Correct it or unset it.')
}

function accountOf(slot: CredentialSlot): string {
  return slot.kind === 'session' ? slot.origin : `${slot.origin} ${slot.name}`
}
