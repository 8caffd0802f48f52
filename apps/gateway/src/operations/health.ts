import fp from 'fastify-plugin'

/** One thing that readiness depends on. */
export interface Readiness {
  readonly name: string
  readonly ready: boolean
  /** For the operator; never a secret. */
  readonly detail: string
}

export interface HealthOptions {
  readonly checks: () => Promise<Readiness[]>
}

/** `/check` as on a rack, and the gateway's own liveness and readiness. None of them says anything that a stranger may not know. */
export default fp<HealthOptions>(
  async function health(app, { checks }) {
    app.get('/check', async (_request, reply) => reply.type('text/plain; charset=utf-8').send('ok\n'))
    app.get('/gateway/health/live', async () => ({ status: 'live' }))
    app.get('/gateway/health/ready', async (_request, reply) => {
      const results = await checks()
      const ready = results.every((result) => result.ready)
      void reply.code(ready ? 200 : 503)
      return {
        status: ready ? 'ready' : 'not ready',
        checks: Object.fromEntries(results.map(({ name, ready, detail }) => [name, { ready, detail }])),
      }
    })
  },
  { name: '@rack-gateway/health' },
)
