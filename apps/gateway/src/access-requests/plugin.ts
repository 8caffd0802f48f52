import { createSweep, type Sweep } from '@rack-gateway/access-requests'
import fp from 'fastify-plugin'

/**
 * Stores what the clock makes of access requests and grants, with the events. Decisions do not depend on it, because
 * they look at the clock themselves.
 */
export default fp(
  async function accessRequests(app) {
    const { clock, database, log, recordIdentityEvents: record } = app
    let sweep: Sweep | null = null
    app.addHook('onReady', async function startSweep() {
      const onError = (err: unknown) => log.error({ event: 'access_request.sweep_failed', err })
      sweep = createSweep({ database, record, clock, onError })
    })
    app.addHook('preClose', async () => sweep?.stop())
  },
  { name: 'access-requests', dependencies: ['clock', 'database', 'identities'] },
)
