import type { AddressInfo } from 'node:net'
import { connect, createServer, type Socket } from 'node:net'

/** A proxy between the gateway and PostgreSQL that counts the statements of each connection. */
export interface StatementCounter {
  readonly url: string
  /** The number of statements since the last call, by the application name of the connection. */
  take(): Record<string, number>
  close(): void
}

export async function startStatementCounter(databaseUrl: string): Promise<StatementCounter> {
  const target = new URL(databaseUrl)
  const counts = new Map<string, number>()
  const sockets = new Set<Socket>()
  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname)
    const count = createStatementReader((name) => counts.set(name, (counts.get(name) ?? 0) + 1))
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => socket.destroy())
    }
    client.on('data', count)
    client.pipe(upstream).pipe(client)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = new URL(databaseUrl)
  url.port = String((server.address() as AddressInfo).port)
  return {
    url: url.href,
    take() {
      const taken = Object.fromEntries(counts)
      counts.clear()
      return taken
    },
    close() {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}

/** Reads the frontend's messages: `Q` is a simple query, `E` executes a prepared one. @see PostgreSQL, "Message Formats" */
function createStatementReader(onStatement: (applicationName: string) => void): (chunk: Buffer) => void {
  let rest = Buffer.alloc(0)
  let name: string | null = null
  return function read(chunk) {
    rest = Buffer.concat([rest, chunk])
    if (name === null) {
      if (rest.length < 4 || rest.length < rest.readInt32BE(0)) return
      const startup = rest.subarray(8, rest.readInt32BE(0)).toString().split('\0')
      name = startup[startup.indexOf('application_name') + 1] ?? ''
      rest = rest.subarray(rest.readInt32BE(0))
    }
    while (rest.length >= 5 && rest.length >= 1 + rest.readInt32BE(1)) {
      const type = String.fromCharCode(rest[0] ?? 0)
      if (type === 'Q' || type === 'E') onStatement(name)
      rest = rest.subarray(1 + rest.readInt32BE(1))
    }
  }
}
