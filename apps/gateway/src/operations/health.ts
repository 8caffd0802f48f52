import fp from 'fastify-plugin'
import type { Readiness } from '../readiness/readiness-check.ts'
import { createHealthResponses, type HealthResponses } from './health-responses.ts'
import { createReadinessCheck } from './readiness.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** The checks run at most once a second. */
    readiness: () => Promise<Readiness[]>
    healthResponses: HealthResponses
  }
}

const unlimited = { config: { isUnlimited: true } }

export default fp(
  async function health(app) {
    const check = await createReadinessCheck(app)
    app.decorate('readiness', check)
    app.decorate('healthResponses', createHealthResponses(check))
    for (const [path, response] of app.healthResponses)
      app.get(path, unlimited, async (_request, reply) => {
        const { status, type, body } = await response()
        return reply.code(status).type(type).send(body)
      })
  },
  {
    name: 'health',
    dependencies: [
      'database',
      'identities',
      'audit-log',
      'checkpoints',
      'racks',
      'retention-status',
      'session-recordings',
      'untrusted-proxy-warning',
      'watch-policy-modes',
    ],
  },
)
