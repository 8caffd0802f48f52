import type { Audit } from '@rack-gateway/audit'
import type { Identities } from '@rack-gateway/auth'
import type { ServerConfig } from '@rack-gateway/config'
import type { RackRegistry } from '@rack-gateway/rack-registry'
import type { Policy } from '@rack-gateway/rbac-policy'
import type { PolicyPackages } from '@rack-gateway/rbac-policy/packages/host'
import type { FastifyInstance } from 'fastify'
import { createRecorder } from '../recordings/plugin.ts'
import type { SessionRecorder } from '../recordings/session-recorder.ts'
import type { ResourceAccount } from '../resource-account/account.ts'
import type { CostAccount } from '../resource-account/cost-account.ts'
import type { Turns } from '../resource-account/turns.ts'
import type { RackStatuses } from './console/rack-statuses.ts'
import type { BufferSweep } from './limits/buffer-sweep.ts'
import type { LiveCalls } from './live/live-calls.ts'
import { openLiveCalls } from './live/open-live-calls.ts'
import { createResourceDirectory, type ResourceDirectory } from './lookups/resources.ts'
import { createEnvironments, type Environments } from './masks/environment.ts'
import { createMaskKeeper, type MaskKeeper } from './masks/masks.ts'
import { createProcessDirectory, type ProcessDirectory } from './processes/processes.ts'
import { createRuns, type Runs } from './processes/runs.ts'

export interface RackApiDependencies {
  readonly identities: Identities
  readonly policy: Policy
  readonly packages: PolicyPackages
  readonly racks: RackRegistry
  /** The first part of rack names in console mode. */
  readonly organization: string
  readonly statuses: RackStatuses
  readonly audit: Audit
  readonly processes: ProcessDirectory
  readonly resources: ResourceDirectory
  readonly environments: Environments
  readonly runs: Runs
  readonly masks: MaskKeeper
  readonly live: LiveCalls
  readonly account: ResourceAccount
  readonly costs: CostAccount
  readonly turns: Turns
  /** Milliseconds in which each 1 KiB of a request body must arrive, while the gateway waits for the body. */
  readonly bodyTimeout: number
  /** Milliseconds within which a small body must arrive. */
  readonly requestTimeout: number
  readonly recorder: SessionRecorder
  readonly sweep: BufferSweep
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** `relaxed`: the response to a read does not wait for its event. */
  readonly reads: 'strict' | 'relaxed'
}

export interface RackApiOptions {
  readonly config: Pick<ServerConfig, 'auditReads' | 'limits' | 'organization' | 'publicUrl'>
  readonly maskKeys: readonly [Buffer, ...Buffer[]]
  /** Milliseconds between two pings of an open WebSocket. */
  readonly pingInterval?: number | undefined
}

export function createDependencies(
  app: FastifyInstance,
  { config, maskKeys, pingInterval }: RackApiOptions,
): RackApiDependencies {
  const { audit, database, identities, policy, policyPackages: packages, racks } = app
  const { now } = app.clock
  const masks = createMaskKeeper({ policy, keys: maskKeys, now })
  const { turns } = app
  return {
    identities,
    policy,
    packages,
    racks,
    organization: config.organization,
    statuses: app.rackStatuses,
    audit,
    processes: createProcessDirectory(now),
    resources: createResourceDirectory(now),
    environments: createEnvironments(masks, turns),
    runs: createRuns(database.sql, now),
    masks,
    live: openLiveCalls(app, pingInterval),
    account: app.resourceAccount,
    costs: app.costs,
    turns,
    bodyTimeout: config.limits.bodyTimeout,
    requestTimeout: config.limits.requestTimeout,
    recorder: createRecorder(app),
    sweep: app.bufferSweep,
    now,
    reads: config.auditReads,
  }
}
