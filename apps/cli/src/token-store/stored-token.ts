import { type ClientConfig, type Credential, entryOf, type Holder, type TokenEntry } from '@rack-gateway/config/client'
import { reasonOf } from '@rack-gateway/errors'
import type { Context } from '../context.ts'
import { BadSetting, KeychainUnusable } from '../errors.ts'
import { type Keychain, orUseFileStore, service } from './keychain.ts'
import { systemKeychain } from './system-keychain.ts'

/** All that is kept of a login but the token. */
export type About = Omit<TokenEntry, 'token' | 'kept_in' | 'url'>

/** The token of a credential; null where the keychain has it no more. @throws KeychainUnusable with what to do */
export async function readToken(context: Context, { holder, entry }: Credential): Promise<string | null> {
  if (entry.kept_in !== 'keychain') return entry.token ?? null
  try {
    return await (await systemKeychain(context)).read(accountOf(holder))
  } catch (error) {
    if (!(error instanceof KeychainUnusable)) throw error
    throw new KeychainUnusable(
      `Your token for ${holder.origin} cannot be read: ${reasonOf(error, '')}.`,
      'Unlock the keychain and try again, or log in again and store the token in a file: RACK_GATEWAY_TOKEN_STORE=file',
    )
  }
}

/** Where a token is kept, as an entry of the file says it. */
export type StoredTokenFields = Pick<TokenEntry, 'token' | 'kept_in'>

export interface Stored {
  readonly place: StoredTokenFields
  /** Whether it was said now that tokens are in the file. */
  readonly told: boolean
  /** What the keychain still has in its place. */
  readonly replaced: Credential | null
  /** Gives the keychain back what it had, where the file then can't be written. @returns why it has not, and what to do; or null */
  putBack(): Promise<string | null>
}

/** Stores the token of a login where the person wants it: in the keychain, else in the file, once that was said. @throws KeychainUnusable */
export async function storeToken(
  context: Context,
  config: ClientConfig,
  { holder, token }: { readonly holder: Holder; readonly token: string },
): Promise<Stored> {
  const wanted = wantedStore(context.env, config)
  const { refusal, putBack } = wanted === 'file' ? notAsked : await storeInKeychain(context, holder, token)
  if (wanted === 'keychain' && refusal !== null)
    throw new KeychainUnusable(
      `The token could not be stored: ${refusal}.`,
      'Unlock the keychain, or store the token in a file: RACK_GATEWAY_TOKEN_STORE=file',
    )
  if (wanted !== 'file' && refusal === null)
    return { place: { kept_in: 'keychain' }, told: false, replaced: null, putBack }
  const before = entryOf(config, holder)
  const replaced = before?.kept_in === 'keychain' ? { holder, entry: before } : null
  const inFile = { place: { token }, replaced, putBack }
  if (refusal === null || config.file_store_told === true) return { ...inFile, told: false }
  context.note(
    `${refusal}. Your token is stored in ${context.configPath}, which only you can read (0600). Set RACK_GATEWAY_TOKEN_STORE=file to hide this message.`,
  )
  return { ...inFile, told: true }
}

/** Stores a newer token where the old one is. @throws KeychainUnusable */
export async function replaceToken(
  context: Context,
  { holder, entry }: Credential,
  token: string,
): Promise<StoredTokenFields> {
  if (entry.kept_in !== 'keychain') return { token }
  await writeAndCheck(await systemKeychain(context), accountOf(holder), token)
  return { kept_in: 'keychain' }
}

/** Makes sure that a newer token could be put where this one is. @throws KeychainUnusable */
export async function checkReplaceable(context: Context, { holder, entry }: Credential, token: string): Promise<void> {
  if (entry.kept_in === 'keychain') await writeAndCheck(await systemKeychain(context), accountOf(holder), token)
}

/** Takes a token out of the keychain. @returns that it is still there, why and what to do, or null; a token of the file goes with its entry */
export async function forgetToken(context: Context, { holder, entry }: Credential): Promise<string | null> {
  if (entry.kept_in !== 'keychain') return null
  const account = accountOf(holder)
  const problem = await identityError(async () => (await systemKeychain(context)).remove(account))
  if (problem === null) return null
  return `the keychain still has the token that was kept for ${holder.origin}: ${problem}. Unlock it, and remove its entry ${service} of the account ${account}`
}

/** As `forgetToken`, for one that another one takes the place of: what is still there is said. */
export async function forgetReplaced(context: Context, credential: Credential): Promise<void> {
  const left = await forgetToken(context, credential)
  if (left !== null) context.note(left)
}

/** Where the token of an entry is, for a sentence. */
export async function tokenLocation(context: Context, entry: TokenEntry): Promise<string> {
  if (entry.kept_in !== 'keychain') return context.configPath
  try {
    return (await systemKeychain(context)).title
  } catch {
    return "the system's keychain"
  }
}

interface InKeychain extends Pick<Stored, 'putBack'> {
  /** Why the token isn't there. */
  readonly refusal: string | null
}

const notAsked: InKeychain = { refusal: null, putBack: async () => null }

async function storeInKeychain(context: Context, holder: Holder, token: string): Promise<InKeychain> {
  const account = accountOf(holder)
  let restore = async () => {}
  const refusal = await identityError(async () => {
    const keychain = await systemKeychain(context)
    const before = await keychain.read(account)
    restore = () => (before === null ? keychain.remove(account) : keychain.write(account, before))
    await writeAndCheck(keychain, account, token)
  })
  if (refusal !== null) await identityError(restore)
  async function putBack(): Promise<string | null> {
    const problem = await identityError(restore)
    if (problem === null) return null
    return `the keychain did not take back the token that it had for ${holder.origin}: ${problem}. Unlock it, and log in again`
  }
  return { refusal, putBack }
}

/** A tool that says that all is well is believed when it gives back what it got. */
async function writeAndCheck(keychain: Keychain, account: string, token: string): Promise<void> {
  await keychain.write(account, token)
  if ((await keychain.read(account)) !== token)
    throw new KeychainUnusable(`${keychain.title} did not keep what it was given`, orUseFileStore)
}

async function identityError(work: () => Promise<void>): Promise<string | null> {
  try {
    await work()
    return null
  } catch (error) {
    if (error instanceof KeychainUnusable) return reasonOf(error, '')
    throw error
  }
}

function wantedStore({ RACK_GATEWAY_TOKEN_STORE: said }: NodeJS.ProcessEnv, config: ClientConfig) {
  if (!said) return config.token_store ?? 'either'
  if (said === 'file' || said === 'keychain') return said
  throw new BadSetting('RACK_GATEWAY_TOKEN_STORE is neither "file" nor "keychain".', 'Correct it or unset it.')
}

function accountOf(holder: Holder): string {
  return holder.kind === 'session' ? holder.origin : `${holder.origin} ${holder.name}`
}
