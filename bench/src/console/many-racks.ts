import { createServer } from 'node:http'
import { listen } from '@rack-gateway/testing/server'

export interface ManyRacks {
  /** The environment variables of a gateway in front of these racks. */
  readonly env: Readonly<Record<string, string>>
  stop(): Promise<void>
}

/** Starts racks that answer the first requests of the pages. */
export async function startManyRacks(count: number, appsPerRack: number): Promise<ManyRacks> {
  const servers = await Promise.all(Array.from({ length: count }, (_, number) => startRack(number + 1, appsPerRack)))
  return {
    env: Object.fromEntries(
      servers.flatMap(({ url }, index) => {
        const suffix = `R${String(index + 1).padStart(2, '0')}`
        return [
          [`RACK_URL_${suffix}`, url],
          [`RACK_TOKEN_${suffix}`, 'password'],
        ]
      }),
    ),
    async stop() {
      await Promise.all(servers.map((server) => server.close()))
    },
  }
}

function startRack(number: number, appCount: number) {
  const system = { name: `r${number}`, provider: 'aws', status: 'running', version: '3.24.9', parameters: {} }
  const apps = Array.from({ length: appCount }, (_, app) => ({
    name: `app-${number}-${app + 1}`,
    generation: '3',
    release: 'RABCDEFGHI',
    status: 'running',
    locked: false,
    parameters: {},
    router: '',
  }))
  return listen(
    createServer(({ url = '' }, response) => {
      const received = url.startsWith('/system') ? system : /^\/apps\??$/.test(url) ? apps : []
      response.setHeader('content-type', 'application/json').end(JSON.stringify(received))
    }),
  )
}
