import { createServer, type Server, type ServerOptions } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { Socket } from 'node:net'
import type { DemoRoute } from './calls/call.ts'
import type { DemoRack, DemoRackOptions } from './demo-rack.ts'
import { systemClock } from './determinism/clock.ts'
import { createRandom } from './determinism/random.ts'
import { createFaults } from './faults.ts'
import { serveFixedResponses } from './fixed-responses.ts'
import { createLargeResponses } from './large-responses.ts'
import { createReceivedLog } from './received.ts'
import { appRoutes } from './routes/app-routes.ts'
import { rackRoutes } from './routes/rack-routes.ts'
import { serveHttp } from './serve-http.ts'
import { serveWebSockets } from './serve-websocket.ts'
import type { Serving } from './serving.ts'
import { seedRack } from './state/seed.ts'
import { createRouter } from './wire/router.ts'

const serverSettings: ServerOptions = {
  maxHeaderSize: 1024 * 1024,
  keepAliveTimeout: 120_000,
  headersTimeout: 30_000,
  requestTimeout: 0,
  noDelay: true,
}

/**
 * A demo rack: the HTTP API of a Convox v3 rack with two apps and its state in memory.
 *
 * @throws Error for an empty token, because a real rack without a password accepts everyone
 */
export function createDemoRack(options: DemoRackOptions): DemoRack {
  if (options.token === '') throw new Error('a demo rack needs a token')
  const { clock = systemClock } = options
  const log = createReceivedLog()
  const faults = createFaults()
  const { enlargeResponses, largeResponseSize } = createLargeResponses()
  const random = createRandom(options.seed)
  const serving: Serving = {
    rack: seedRack({ name: options.name, token: options.token, clock, random }),
    findRoute: createRouter<DemoRoute>([...appRoutes, ...rackRoutes]),
    log,
    takeFault: faults.take,
    largeResponseSize,
  }
  const server = createNodeServer(options)
  const sockets = trackSockets(server)
  if (options.fixedResponses === true) serveFixedResponses(server, options.token)
  else {
    serveHttp(server, serving)
    serveWebSockets(server, serving)
  }
  let url: string | null = null
  return {
    token: options.token,
    changePassword(password) {
      serving.rack.token = password
    },
    received: log.requests,
    clearReceived: () => log.requests.splice(0),
    failNext: faults.failNext,
    enlargeResponses,
    get connections() {
      return sockets.size
    },
    get url() {
      if (url === null) throw new Error('the demo rack has no address before listen()')
      return url
    },
    async listen(port = 0, host = '127.0.0.1') {
      url = `${options.tls === undefined ? 'http' : 'https'}://${host}:${await startListening(server, port, host)}`
      return url
    },
    close: () => closeServer(server, sockets),
  }
}

function createNodeServer({ http, tls }: DemoRackOptions): Server {
  const settings = { ...serverSettings, ...http }
  return tls === undefined ? createServer(settings) : createTlsServer({ ...settings, ...tls })
}

function trackSockets(server: Server): Set<Socket> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  return sockets
}

function startListening(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      const address = server.address()
      if (address === null || typeof address === 'string') reject(new Error('the demo rack listens on no TCP port'))
      else resolve(address.port)
    })
  })
}

function closeServer(server: Server, sockets: ReadonlySet<Socket>): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    for (const socket of sockets) socket.destroy()
  })
}
