import { connect, createServer, type Socket } from 'node:net'
import { listen } from '@rack-gateway/testing/server'

/** `pass` forwards everything, `mute` drops the server's answers, and `refuse` closes connections at once. */
export type ProxyMode = 'pass' | 'mute' | 'refuse'

/** A TCP proxy to a database that can simulate a failing network. */
export async function startFaultyProxy(databaseUrl: string) {
  const target = new URL(databaseUrl)
  const sockets = new Set<Socket>()
  let mode: ProxyMode = 'pass'
  const server = createServer(function onConnection(client) {
    if (mode === 'refuse') {
      client.destroy()
      return
    }
    const upstream = connect(Number(target.port), target.hostname)
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => sockets.delete(socket))
    }
    client.on('data', (chunk) => upstream.write(chunk))
    upstream.on('data', (chunk) => mode !== 'mute' && client.write(chunk))
    client.on('close', () => upstream.destroy())
    upstream.on('close', () => client.destroy())
  })
  const { port, close } = await listen(server)
  const url = new URL(databaseUrl)
  url.port = String(port)
  return {
    url: url.href,
    mode: () => mode,
    set(next: ProxyMode) {
      mode = next
    },
    cut() {
      for (const socket of sockets) socket.destroy()
    },
    /** Resets every connection, so that both ends get an error. */
    reset() {
      for (const socket of sockets) socket.resetAndDestroy()
    },
    async stop() {
      for (const socket of sockets) socket.destroy()
      await close()
    },
  }
}
