import type { EventDraft } from '@rack-gateway/audit'
import type { ServerConfig } from '@rack-gateway/config'
import { type Rack, variableSuffix } from '@rack-gateway/rack-registry'
import rackRegistryPlugin from '@rack-gateway/rack-registry/plugin'
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { askSystem, createRackStatuses, type RackStatuses } from './console/rack-statuses.ts'
import { createRackContacts, type RackContacts } from './contacts/rack-contacts.ts'
import { type BufferSweep, createBufferSweep } from './limits/buffer-sweep.ts'

declare module 'fastify' {
  interface FastifyInstance {
    bufferSweep: BufferSweep
    rackContacts: RackContacts
    rackStatuses: RackStatuses
  }
}

export interface RacksOptions {
  readonly config: Pick<ServerConfig, 'racks' | 'limits'>
  readonly connectTimeout: number | undefined
  /** Milliseconds between two requests to a rack that rejects the gateway or is unreachable. */
  readonly recheckInterval: number | undefined
}

export default fp<RacksOptions>(
  async function registerRacks(app, { config: { racks, limits }, connectTimeout, recheckInterval = 30_000 }) {
    const sweep = createBufferSweep()
    const contacts = createRackContacts({
      now: app.clock.now,
      raiseAlarm: (rack) => raiseAlarm(app, rack),
      clearAlarm: (rack) => clearAlarm(app, rack),
    })
    app.decorate('bufferSweep', sweep)
    app.decorate('rackContacts', contacts)
    const isReachable = ({ name }: Rack) => contacts.of(name).isReachable
    app.decorate('rackStatuses', createRackStatuses({ now: app.clock.now, askSystem, isReachable }))
    await app.register(rackRegistryPlugin, {
      racks: racks.map((rack) => ({ ...rack, token: rack.token.reveal() })),
      onBytes: sweep,
      onContact: contacts.note,
      connections: { calls: limits.callsPerRack, transfers: limits.transfersPerRack },
      bodyTimeout: limits.bodyTimeout,
      connectTimeout,
    })
    recheckRacks(app, recheckInterval)
  },
  { name: 'racks', dependencies: ['audit-log', 'clock'] },
)

function raiseAlarm(app: FastifyInstance, rack: string): void {
  app.log.error(
    { event: 'rack.rejects_gateway', rack },
    `The rack ${rack} rejects the gateway's password. Set RACK_TOKEN_${variableSuffix(rack)} to the password of the rack, and restart the gateway.`,
  )
  record(app, { kind: 'rack.rejects-gateway', rack })
}

function clearAlarm(app: FastifyInstance, rack: string): void {
  app.log.info({ event: 'rack.accepts_gateway', rack })
  record(app, { kind: 'rack.accepts-gateway', rack })
}

function record({ audit, log }: FastifyInstance, event: EventDraft): void {
  audit.record(event).catch((err: unknown) => log.error({ event: 'audit.late_record_failed', err }))
}

/** Asks each rack that is in a bad condition again, so that the end of the condition is noticed without calls. */
function recheckRacks(app: FastifyInstance, interval: number): void {
  const timer = setInterval(() => {
    for (const name of app.racks.names) {
      const { isReachable, rejectedSince } = app.rackContacts.of(name)
      const rack = app.racks.get(name)
      if (rack !== undefined && (isReachable === false || rejectedSince !== null)) void app.rackStatuses.check(rack)
    }
  }, interval)
  timer.unref()
  app.addHook('preClose', async function stopRechecking() {
    clearInterval(timer)
  })
}
