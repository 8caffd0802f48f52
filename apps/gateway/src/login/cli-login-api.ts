import { NoBrowserLogin } from '@rack-gateway/auth'
import type { CliLogins } from '@rack-gateway/auth/cli-login'

/** Logins of the CLI, where somebody can log in with a browser at all. */
export interface CliLoginApi {
  /** @throws NoBrowserLogin */
  logins(): CliLogins
  /** The page of this path, as people open it. */
  addressOf(path: string): string
}

export function cliLoginApi(logins: CliLogins | null, publicUrl: string | null): CliLoginApi {
  return {
    logins() {
      if (logins === null) throw new NoBrowserLogin()
      return logins
    },
    addressOf: (path) => `${publicUrl}${path}`,
  }
}
