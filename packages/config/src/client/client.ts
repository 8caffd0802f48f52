import { dirname } from 'node:path'
import { ConfigFileBroken, ConfigFileUnusable } from '../errors/errors.ts'
import { errnoReason, isErrno } from '../files/errno.ts'
import { withFileLock } from '../files/file-lock.ts'
import { preparePrivateDirectory, readPrivateFile, writePrivateFile } from '../files/private-file.ts'
import { type ClientConfig, isClientConfig } from './client-file.ts'
import { addTokenAddresses } from './credentials.ts'
import { jsonFault } from './json-fault.ts'

export { withFileLock } from '../files/file-lock.ts'
export { Secret } from '../values/secret.ts'
export { type ClientConfig, type GatewayEntry, gatewayOf, type TokenEntry } from './client-file.ts'
export { type ClientEnvironment, clientConfigPath } from './client-path.ts'
export {
  type Credential,
  type CredentialSlot,
  credentialOf,
  credentialsOf,
  entryOf,
  gatewaysUsingSlot,
  isNonInteractiveToken,
  withCredential,
} from './credentials.ts'
export { type GatewayAddress, gatewayAddress, isUnencryptedRemote } from './gateway-address.ts'

export interface ReadClientConfig {
  readonly config: ClientConfig
  /** For the user, about permissions that were too open. */
  readonly notices: readonly string[]
}

/**
 * A missing file counts as an empty configuration. Tokens without an address get the address of their gateway.
 *
 * @throws ConfigFileBroken, ConfigFileUnusable, or ConfigFileForeign
 */
export async function readClientConfig(path: string): Promise<ReadClientConfig> {
  const notices: string[] = []
  const source = readPrivateFile(path, notices)
  return { config: source === null ? {} : await parseClientConfig(path, source), notices }
}

const defaultWaitMs = 5_000

export interface WaitOptions {
  /** Milliseconds to wait for another writer. */
  readonly waitMs?: number
}

/**
 * `change` should spread the current content into the new content, so that unknown fields survive.
 *
 * @throws the errors of `readClientConfig`, ConfigFileLocked, or ConfigDirectoryShared
 */
export async function updateClientConfig(
  path: string,
  change: (config: ClientConfig) => ClientConfig | Promise<ClientConfig>,
  { waitMs = defaultWaitMs }: WaitOptions = {},
): Promise<ReadClientConfig> {
  return withLockedFile(path, { waitMs }, async (read) => {
    const config = await change(read.config)
    if (config !== read.config) writePrivateFile(path, `${JSON.stringify(config, null, 2)}\n`)
    return { ...read, config }
  })
}

/**
 * Call this function before requesting a token, so that no token is issued that the file can't store.
 *
 * @throws the errors of `updateClientConfig`
 */
export function readWritableClientConfig(
  path: string,
  { waitMs = defaultWaitMs }: WaitOptions = {},
): Promise<ReadClientConfig> {
  return withLockedFile(path, { waitMs }, async (read) => read)
}

async function withLockedFile(
  path: string,
  options: { readonly waitMs: number },
  work: (read: ReadClientConfig) => Promise<ReadClientConfig>,
): Promise<ReadClientConfig> {
  const notices: string[] = []
  try {
    preparePrivateDirectory(path, notices)
    return await withFileLock(path, options, async () => {
      const read = await readClientConfig(path)
      return work({ ...read, notices: [...notices, ...read.notices] })
    })
  } catch (error) {
    if (isErrno(error, 'EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'ENOENT', 'EEXIST', 'ENOSPC')) {
      throw new ConfigFileUnusable(dirname(path), 'written', errnoReason(error))
    }
    throw error
  }
}

async function parseClientConfig(path: string, source: string): Promise<ClientConfig> {
  const text = source.replace(/^\uFEFF/, '')
  const value = parseJson(text)
  if (value === undefined) {
    const fault = jsonFault(text)
    throw new ConfigFileBroken(
      path,
      fault === null ? 'it is not JSON' : `it is not JSON at line ${fault.line}, column ${fault.column}`,
    )
  }
  if (isClientConfig(value)) return addTokenAddresses(value)
  const { clientFileProblem } = await import('./client-schema.ts')
  throw new ConfigFileBroken(path, clientFileProblem(value))
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
