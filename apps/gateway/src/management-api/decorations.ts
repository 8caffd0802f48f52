import { setMaxListeners } from 'node:events'
import { createRequestLists, type RequestLists } from '@rack-gateway/access-requests'
import { countOpenAlarms, type RackCounts, readNewestCheckpoint } from '@rack-gateway/audit'
import type { SessionTerms, TokenMint } from '@rack-gateway/auth'
import {
  type Administration,
  type Change,
  createAdministration,
  createLists,
  type Lists,
} from '@rack-gateway/auth/store'
import type { ServerConfig } from '@rack-gateway/config'
import type { CheckpointStatus, Versions } from '@rack-gateway/gateway-api'
import type { FastifyInstance } from 'fastify'
import { checkpointStatus } from '../audit/checkpoint-status.ts'
import { createHealthReport, type HealthReport } from '../operations/health-report/health-report.ts'
import { createPolicyStudies, type PolicyStudies } from '../policy-study/policy-studies.ts'
import { version } from '../process/version.ts'
import { memoizeFor } from '../rate-limits/memoize-for.ts'
import { rackCountsTime } from './calls/rack-counts-time.ts'

declare module 'fastify' {
  /** These exist only in the scope of the management API. */
  interface FastifyInstance {
    managementApi: ManagementApiSettings
    /** For a change in a transaction. */
    administrationIn: (change: Change) => Administration
    /** Reads the database at most once a second. */
    checkpointStatus: () => Promise<CheckpointStatus>
    /** The calls of the last hour on each rack. Reads the database at most every five seconds. */
    rackCounts: () => Promise<RackCounts>
    /** Aborted when the gateway stops. */
    closing: AbortSignal
    /** Reads outside of transactions. Handlers use the lists of their call, which read in its transaction. */
    lists: Lists
    /** As `lists`. */
    requestLists: RequestLists
    policyStudies: PolicyStudies
    readHealth: HealthReport
  }
}

interface ManagementApiSettings {
  /** The setting ORGANIZATION. */
  readonly organization: string
  /** The setting PUBLIC_URL. */
  readonly publicUrl: string | null
  readonly sessionTerms: SessionTerms
  readonly versions: Versions
}

export interface ManagementApiOptions {
  readonly config: Pick<
    ServerConfig,
    'publicUrl' | 'organization' | 'sessions' | 'limits' | 'cliMinimumVersion' | 'settings'
  >
  readonly mint: TokenMint
  /** Node.js flags for child processes. Default: those of this process. */
  readonly childFlags?: readonly string[] | undefined
}

/** Milliseconds. Limits the status of checkpoints to one query per second. */
const statusMaxAge = 1_000

/** Milliseconds. */
const rackCountsMaxAge = 5_000

/** What the handlers share, besides the decorations of earlier plugins. */
export function decorateManagementApi(
  app: FastifyInstance,
  { config, mint, childFlags = process.execArgv }: ManagementApiOptions,
): void {
  const studies = createPolicyStudies({
    sql: app.database.sql,
    flags: childFlags,
    children: app.resourceAccount.children,
  })
  app.addHook('preClose', async () => studies.stop())
  app.decorate('managementApi', {
    organization: config.organization,
    publicUrl: config.publicUrl,
    sessionTerms: config.sessions,
    versions: { gateway: version(), cli: { minimum: config.cliMinimumVersion, newest: version() } },
  })
  app.decorate('administrationIn', (change) =>
    createAdministration(change, {
      mint,
      clock: app.clock,
      adminRoles: app.policy.adminRoles(),
      login: app.loginProvider?.settings ?? null,
      tokensPerOwner: config.limits.apiTokensPerOwner,
    }),
  )
  app.decorate(
    'checkpointStatus',
    memoizeFor(
      statusMaxAge,
      () => performance.now(),
      async function readStatus() {
        const { sql } = app.auditSearch
        const [newest, otherAlarms] = await Promise.all([readNewestCheckpoint(sql), countOpenAlarms(sql)])
        return checkpointStatus(newest, app.checkpoints.state(), otherAlarms)
      },
    ),
  )
  app.decorate(
    'rackCounts',
    memoizeFor(
      rackCountsMaxAge,
      () => performance.now(),
      () =>
        app.auditSearch.forCaller('rack-counts').countRackCalls({
          racks: app.racks.names,
          since: new Date(app.clock.now() - rackCountsTime),
        }),
    ),
  )
  app.decorate('closing', closingSignal(app))
  app.decorate('lists', createLists(app.database))
  app.decorate('requestLists', createRequestLists(app.database, app.clock))
  app.decorate('policyStudies', studies)
  app.decorate('readHealth', createHealthReport(app, config))
}

function closingSignal(app: FastifyInstance): AbortSignal {
  const closing = new AbortController()
  // Every open streamed response adds a listener.
  setMaxListeners(0, closing.signal)
  app.addHook('preClose', async () => closing.abort())
  return closing.signal
}
