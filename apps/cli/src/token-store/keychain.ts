/** Where the system keeps its users' secrets. Each call throws KeychainUnusable where it can't be asked. */
export interface Keychain {
  /** As sentences name it, such as "the macOS keychain". */
  readonly title: string
  /** Null where it has none. */
  read(account: string): Promise<string | null>
  write(account: string, token: string): Promise<void>
  remove(account: string): Promise<void>
}

/** What to do where it can't be asked. */
export const orUseFileStore = 'keep tokens in a file: RACK_GATEWAY_TOKEN_STORE=file'

/** The service that our entries are of, as programs that show keychains name it. */
export const service = 'rack-gateway'
