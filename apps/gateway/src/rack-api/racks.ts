import type { ServerConfig } from '@rack-gateway/config'
import rackRegistryPlugin from '@rack-gateway/rack-registry/plugin'
import fp from 'fastify-plugin'
import { askSystem, createRackStatuses, type RackStatuses } from './console/rack-statuses.ts'
import { type BufferSweep, createBufferSweep } from './limits/buffer-sweep.ts'

declare module 'fastify' {
  interface FastifyInstance {
    bufferSweep: BufferSweep
    rackStatuses: RackStatuses
  }
}

export interface RacksOptions {
  readonly config: Pick<ServerConfig, 'racks' | 'limits'>
  readonly connectTimeout: number | undefined
}

export default fp<RacksOptions>(
  async function registerRacks(app, { config: { racks, limits }, connectTimeout }) {
    const sweep = createBufferSweep()
    app.decorate('bufferSweep', sweep)
    app.decorate('rackStatuses', createRackStatuses({ now: app.clock.now, askSystem }))
    await app.register(rackRegistryPlugin, {
      racks: racks.map((rack) => ({ ...rack, token: rack.token.reveal() })),
      onBytes: sweep,
      connections: { calls: limits.callsPerRack, transfers: limits.transfersPerRack },
      bodyTimeout: limits.bodyTimeout,
      connectTimeout,
    })
  },
  { name: 'racks', dependencies: ['clock'] },
)
