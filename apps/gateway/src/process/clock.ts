import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'

declare module 'fastify' {
  interface FastifyInstance {
    clock: Clock
  }
}

export interface Clock {
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

export default fp<Clock>(
  async function clock(app: FastifyInstance, { now }) {
    app.decorate('clock', { now })
  },
  { name: 'clock' },
)
