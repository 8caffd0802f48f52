import { KeychainUnusable } from '../errors/errors.ts'
import { type Keychain, service, useFileStore } from './keychain.ts'

const title = 'the Windows Credential Manager'

/** Uses a native module, because the command-line tools of Windows cannot print a stored password. */
export async function windowsCredentials(): Promise<Keychain> {
  const { Entry } = await import('@napi-rs/keyring').catch(() => {
    throw new KeychainUnusable(`${title} cannot be used: this installation lacks @napi-rs/keyring`, useFileStore)
  })
  return {
    title,
    read: async (account) => attempt(() => new Entry(service, account).getPassword()),
    write: async (account, token) => attempt(() => new Entry(service, account).setPassword(token)),
    async remove(account) {
      attempt(() => new Entry(service, account).deletePassword())
    },
  }
}

function attempt<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw new KeychainUnusable(
      `${title} cannot be used: ${error instanceof Error ? error.message : String(error)}`,
      useFileStore,
    )
  }
}
