import type { TokenMint } from '@rack-gateway/auth'
import type { ServerConfig } from '@rack-gateway/config'
import type { Endpoint } from '@rack-gateway/gateway-api'
import type { ManagementApiContext } from './call.ts'

export interface ManagementApiOptions {
  readonly config: Pick<
    ServerConfig,
    'publicUrl' | 'organization' | 'sessions' | 'limits' | 'cliMinimumVersion' | 'settings'
  >
  readonly mint: TokenMint
  /** Node.js flags for child processes. Default: those of this process. */
  readonly childFlags?: readonly string[] | undefined
}

export interface Route {
  readonly endpoint: Endpoint
  readonly context: ManagementApiContext
  readonly options: ManagementApiOptions
}
