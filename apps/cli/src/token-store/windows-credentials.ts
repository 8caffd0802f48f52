import { KeychainUnusable } from '../errors.ts'
import { type Keychain, orUseFileStore, service } from './keychain.ts'

const title = 'the Windows Credential Manager'

/** A native module, since the platform's own tools print no passwords. It asks nobody, so it keeps nobody waiting. */
export async function windowsCredentials(): Promise<Keychain> {
  const { Entry } = await import('@napi-rs/keyring').catch(() => {
    throw new KeychainUnusable(`${title} can't be used: this program came without @napi-rs/keyring`, orUseFileStore)
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
      `${title} can't be used: ${error instanceof Error ? error.message : String(error)}`,
      orUseFileStore,
    )
  }
}
