import type { TokenMint } from '@rack-gateway/auth'
import type { Limits } from '@rack-gateway/config'
import type { Database } from '@rack-gateway/database'
import type { Endpoint } from '@rack-gateway/gateway-api'
import type { ManagementApiContext } from './call.ts'
import type { ChangeLimit } from './change-limit.ts'

type Services = Pick<
  ManagementApiContext,
  | 'auditEvidence'
  | 'auditLog'
  | 'cliLogin'
  | 'now'
  | 'publicUrl'
  | 'recheck'
  | 'recordings'
  | 'sessionTerms'
  | 'versions'
  | 'workloads'
>

export interface ManagementApiOptions extends Services {
  readonly database: Pick<Database, 'db' | 'sql' | 'changes' | 'revocations'>
  readonly mint: TokenMint
  readonly limits: Pick<Limits, 'changesPerMinute' | 'apiTokensPerOwner'>
  /** Resolves once this process has applied every identity change that was committed before. */
  readonly caughtUp: () => Promise<void>
  /** Node.js flags for child processes. */
  readonly childFlags: readonly string[]
}

/** What calls of one endpoint depend on. */
export interface Route {
  readonly endpoint: Endpoint
  readonly context: ManagementApiContext
  readonly options: ManagementApiOptions
  readonly countChange: ChangeLimit
}
