import { once } from 'node:events'
import type { AddressInfo, Socket } from 'node:net'
import { createServer } from 'node:tls'
import { selfSignedIdentity } from '@rack-gateway/testing/certificates'
import { onTestFinished } from 'vitest'

/** A syslog server over TLS with octet counting (RFC 5425), closed when the test ends. */
export async function startSyslogServer() {
  const messages: string[] = []
  const sockets = new Set<Socket>()
  let connections = 0
  let reading = true
  const server = createServer(selfSignedIdentity, (socket) => {
    connections++
    socket.on('error', () => {})
    if (!reading) return
    let rest = Buffer.alloc(0)
    socket.on('data', (chunk) => {
      rest = takeFrames(Buffer.concat([rest, chunk]), messages)
    })
  })
  server.on('tlsClientError', () => {})
  // Includes sockets whose handshake is not finished.
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const cut = () => {
    for (const socket of sockets) socket.destroy()
  }
  onTestFinished(async () => {
    cut()
    await once(server.close(), 'close')
  })
  return {
    port: (server.address() as AddressInfo).port,
    messages,
    connections: () => connections,
    cut,
    /** Whether to read from new connections. */
    read(next: boolean) {
      reading = next
    },
  }
}

function takeFrames(bytes: Buffer, messages: string[]): Buffer<ArrayBuffer> {
  let rest = Buffer.from(bytes)
  for (;;) {
    const space = rest.indexOf(' ')
    if (space === -1) return rest
    const length = Number(rest.toString('latin1', 0, space))
    if (!Number.isInteger(length) || length <= 0) throw new Error('that is not the length of a frame')
    if (rest.length < space + 1 + length) return rest
    messages.push(rest.toString('utf8', space + 1, space + 1 + length))
    rest = rest.subarray(space + 1 + length)
  }
}
