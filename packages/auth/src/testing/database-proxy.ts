import { connect, createServer, type Socket } from 'node:net'
import { listen } from '@rack-gateway/testing/server'
import { onTestFinished } from 'vitest'

/** A proxy to the database that can freeze: its connections stay open, and no bytes pass through them. */
export async function startDatabaseProxy(databaseUrl: string) {
  const target = new URL(databaseUrl)
  const sockets = new Set<Socket>()
  const server = createServer((near) => {
    const far = connect(Number(target.port), target.hostname)
    for (const socket of [near, far]) sockets.add(socket.on('error', () => socket.destroy()))
    near.pipe(far)
    far.pipe(near)
  })
  const { port, close } = await listen(server)
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    return close()
  })

  function freeze(): void {
    for (const socket of sockets) socket.unpipe().pause()
  }

  const url = new URL(target)
  url.host = `127.0.0.1:${port}`
  return { url: url.href, freeze }
}
