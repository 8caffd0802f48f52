/** The system's store for secrets. Each call throws KeychainUnusable if the keychain cannot be used. */
export interface Keychain {
  /** Such as "the macOS keychain". */
  readonly title: string
  /** @returns null if the keychain has no token */
  read(account: string): Promise<string | null>
  write(account: string, token: string): Promise<void>
  remove(account: string): Promise<void>
}

/** The remedy of every KeychainUnusable. */
export const useFileStore = 'Store tokens in a file: RACK_GATEWAY_TOKEN_STORE=file'

/** The service of our keychain entries. */
export const service = 'rack-gateway'
