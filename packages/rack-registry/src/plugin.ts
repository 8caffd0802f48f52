import fp from 'fastify-plugin'
import type { RackOptions } from './rack.ts'
import { tlsWarning } from './rack.ts'
import { createRacks, type RackRegistry } from './racks.ts'
import type { RackSettings } from './types.ts'

declare module 'fastify' {
  interface FastifyInstance {
    racks: RackRegistry
  }
}

export interface RackRegistryOptions extends RackOptions {
  readonly racks: readonly RackSettings[]
}

export default fp<RackRegistryOptions>(
  async function rackRegistry(app, { racks: settings, ...options }) {
    for (const one of settings) {
      const warning = tlsWarning(one)
      if (warning !== null) app.log.warn({ event: 'rack.unprotected', rack: one.name }, warning)
    }
    const racks = createRacks(settings, options)
    app.decorate('racks', racks)
    app.addHook('onClose', async function closeRacks() {
      await racks.close()
    })
  },
  { name: '@rack-gateway/rack-registry' },
)
