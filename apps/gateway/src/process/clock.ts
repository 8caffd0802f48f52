import type { Clock } from '@rack-gateway/time'
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'

declare module 'fastify' {
  interface FastifyInstance {
    clock: Clock
  }
}

export default fp<Clock>(
  async function clock(app: FastifyInstance, { now }) {
    app.decorate('clock', { now })
  },
  { name: 'clock' },
)
