import fp from 'fastify-plugin'
import { type CountedLog, createCountedLog } from './counted-log.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** The only log for unauthenticated requests: it writes a limited number of lines. */
    unauthenticatedLog: CountedLog
  }
}

export default fp(
  async function unauthenticatedLog(app) {
    const log = createCountedLog(app.log)
    app.decorate('unauthenticatedLog', log)
    app.addHook('onClose', async () => log.stop())
  },
  { name: 'unauthenticated-log' },
)
