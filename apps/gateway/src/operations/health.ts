import fp from 'fastify-plugin'
import type { Readiness } from '../readiness/readiness-check.ts'
import { createHealthAnswers, type HealthAnswers } from './health-answers.ts'
import { createReadinessCheck } from './readiness.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** The checks run at most once a second. */
    readiness: () => Promise<Readiness[]>
    healthAnswers: HealthAnswers
  }
}

const unlimited = { config: { isUnlimited: true } }

export default fp(
  async function health(app) {
    const check = await createReadinessCheck(app)
    app.decorate('readiness', check)
    app.decorate('healthAnswers', createHealthAnswers(check))
    for (const [path, answer] of app.healthAnswers)
      app.get(path, unlimited, async (_request, reply) => {
        const { status, type, body } = await answer()
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
    ],
  },
)
