import type { ServerConfig } from '@rack-gateway/config'
import type { FastifyInstance } from 'fastify'
import { createRecorder } from '../recordings/plugin.ts'
import type { SessionRecorder } from '../recordings/session-recorder.ts'
import { defaultPingInterval, type LiveCalls } from './live/live-calls.ts'
import { openLiveCalls } from './live/open-live-calls.ts'
import { createResourceDirectory, type ResourceDirectory } from './lookups/resources.ts'
import { createEnvironments, type Environments } from './masks/environment.ts'
import { createMaskKeeper, type MaskKeeper } from './masks/masks.ts'
import { createProcessDirectory, type ProcessDirectory } from './processes/processes.ts'
import { createRuns, type Runs } from './processes/runs.ts'
import { createHeldStreams, type HeldStreams } from './websocket/held-streams.ts'

declare module 'fastify' {
  /** These exist only in the scope of the rack API. */
  interface FastifyInstance {
    rackApi: RackApiSettings
    environments: Environments
    heldStreams: HeldStreams
    liveCalls: LiveCalls
    masks: MaskKeeper
    processDirectory: ProcessDirectory
    resourceDirectory: ResourceDirectory
    runs: Runs
    sessionRecorder: SessionRecorder
  }
}

interface RackApiSettings {
  /** The first part of rack names in console mode. */
  readonly organization: string
  /** Milliseconds in which each 1 KiB of a request body must arrive, while the gateway waits for the body. */
  readonly bodyTimeout: number
  /** Milliseconds within which a small body must arrive. */
  readonly requestTimeout: number
  /** `relaxed`: the response to a read does not wait for its event. */
  readonly reads: 'strict' | 'relaxed'
}

export interface RackApiOptions {
  readonly config: Pick<ServerConfig, 'auditReads' | 'limits' | 'organization' | 'publicUrl'>
  readonly maskKeys: readonly [Buffer, ...Buffer[]]
  /** Milliseconds between two pings of an open WebSocket. Default 20,000. */
  readonly pingInterval?: number | undefined
}

/** What the stages of a call share. */
export function decorateRackApi(
  app: FastifyInstance,
  { config, maskKeys, pingInterval = defaultPingInterval }: RackApiOptions,
): void {
  const { now } = app.clock
  const masks = createMaskKeeper({ policy: app.policy, keys: maskKeys, now })
  app.decorate('rackApi', {
    organization: config.organization,
    bodyTimeout: config.limits.bodyTimeout,
    requestTimeout: config.limits.requestTimeout,
    reads: config.auditReads,
  })
  app.decorate('environments', createEnvironments(masks, app.turns))
  app.decorate(
    'heldStreams',
    createHeldStreams({
      identities: app.identities,
      pingInterval,
      onError: (err) => app.log.error({ event: 'stream.review_failed', err }),
    }),
  )
  app.decorate('liveCalls', openLiveCalls(app, pingInterval))
  app.decorate('masks', masks)
  app.decorate('processDirectory', createProcessDirectory(now))
  app.decorate('resourceDirectory', createResourceDirectory(now))
  app.decorate('runs', createRuns(app.database.sql, now))
  app.decorate('sessionRecorder', createRecorder(app))
}
