import { createServer } from 'node:tls'
import { selfSignedIdentity } from '@rack-gateway/testing/certificates'
import { listen } from '@rack-gateway/testing/server'
import { onTestFinished } from 'vitest'

/** A syslog server over TLS with octet counting (RFC 5425), closed when the test ends. */
export async function startSyslogServer() {
  const messages: string[] = []
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
  const { port, connections: sockets, close } = await listen(server)
  onTestFinished(close)
  return {
    port,
    messages,
    connections: () => connections,
    cut() {
      for (const socket of sockets) socket.destroy()
    },
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
