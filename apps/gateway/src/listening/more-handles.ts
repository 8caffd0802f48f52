import { fork } from 'node:child_process'
import { once } from 'node:events'
import type { Server as HttpServer } from 'node:http'
import { createServer, type Server, type Socket } from 'node:net'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { handleOf, type IncomingConnection, receiveConnections } from './incoming-connections.ts'

/** Node accepts one connection for each handle in a turn of the event loop. */
const handles = 128
/** Connections that wait in the kernel while the gateway is busy, such as during a garbage collection. */
export const backlog = 4_096
/** Milliseconds. */
const timeout = 10_000

const program = fileURLToPath(new URL(`./return-handles${extname(fileURLToPath(import.meta.url))}`, import.meta.url))

/**
 * Makes more handles of the socket on which the server listens, so that Node accepts more connections in each turn of
 * the event loop. With one handle, a flood of connections fills the queue of the kernel, which then drops the
 * connections of everybody. Node cannot duplicate a handle, but a process that gets one and sends it back can.
 *
 * `server.close` closes all of them, and waits for their connections.
 *
 * @param receive gets the connections of the new handles; see `receiveConnections`
 * @throws if the process does not send the handles back
 */
export async function addHandles(server: HttpServer, receive: (connection: IncomingConnection) => void): Promise<void> {
  // The handle itself, because a process that gets a `Server` accepts connections.
  const handle = handleOf(server) as Server
  const execArgv = process.execArgv.filter((flag) => !flag.startsWith('--inspect'))
  const child = fork(program, [], { execArgv, env: {}, stdio: ['ignore', 'ignore', 'ignore', 'ipc'] })
  const servers: Server[] = []
  let timer: NodeJS.Timeout | undefined
  try {
    await new Promise<void>((resolve, reject) => {
      timer = setTimeout(() => reject(new Error(`No handles came back within ${timeout / 1_000} s.`)), timeout)
      child.on('error', reject)
      child.on('exit', (code, signal) => reject(new Error(`The process ended with ${signal ?? code}.`)))
      child.on('message', (_number, another) => {
        const itsServer = serveHandle(another, server)
        receiveConnections(itsServer, receive)
        servers.push(itsServer)
        if (servers.length === handles - 1) resolve()
      })
      for (let number = 1; number < handles; number++) child.send(number, handle)
    })
    closeTogether(server, servers)
  } catch (error) {
    for (const another of servers) another.close()
    throw error
  } finally {
    clearTimeout(timer)
    child.removeAllListeners('exit').on('error', () => {})
    if (child.connected) child.disconnect()
    else child.kill()
  }
}

/** With the options of the HTTP server. */
function serveHandle(handle: unknown, server: HttpServer): Server {
  const options = { allowHalfOpen: true, noDelay: true }
  return (
    createServer(options, (socket: Socket) => void server.emit('connection', socket))
      .on('error', (error) => void server.emit('error', error))
      // Each call sets the length of the queue in the kernel again.
      .listen(handle, backlog)
  )
}

function closeTogether(server: HttpServer, others: readonly Server[]): void {
  const closeServer = server.close
  server.close = function closeAll(callback) {
    const ends = others.map((other) => once(other.close(), 'close'))
    return closeServer.call(server, (error) => void Promise.all(ends).then(() => callback?.(error)))
  }
}
