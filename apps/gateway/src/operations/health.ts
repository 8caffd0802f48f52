import fp from 'fastify-plugin'
import { createReadinessCheck } from './readiness.ts'
import type { Readiness } from './readiness-check.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** The checks run at most once a second. */
    readiness: () => Promise<Readiness[]>
  }
}

const unlimited = { config: { isUnlimited: true } }

/** These routes need no credential, so they disclose no secret and name no storage. */
export default fp(
  async function health(app) {
    const check = await createReadinessCheck(app)
    app.decorate('readiness', check)
    app.get('/check', unlimited, async (_request, reply) => reply.type('text/plain; charset=utf-8').send('ok\n'))
    app.get('/gateway/health/live', unlimited, async () => ({ status: 'live' }))
    app.get('/gateway/health/ready', unlimited, async (_request, reply) => {
      const results = await check()
      const ready = results.every((result) => result.ready)
      void reply.code(ready ? 200 : 503)
      return {
        status: ready ? 'ready' : 'not ready',
        checks: Object.fromEntries(results.map(({ name, ready, detail }) => [name, { ready, detail }])),
      }
    })
  },
  {
    name: 'health',
    dependencies: [
      'database',
      'identities',
      'audit-log',
      'checkpoints',
      'retention-status',
      'session-recordings',
      'untrusted-proxy-warning',
    ],
  },
)
