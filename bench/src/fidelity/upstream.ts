import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { listening } from '../subjects/listening.ts'
import { bodyOf, headOf, type WireRequest } from './wire.ts'

export interface Upstream {
  readonly url: string
  /** What came, in order. */
  readonly received: WireRequest[]
  close(): Promise<void>
}

/** A rack that understands nothing: keeps the bytes of each request as they came, and answers `ok`. */
export async function startUpstream(): Promise<Upstream> {
  const received: WireRequest[] = []
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    let waiting = ''
    socket.on('data', (chunk) => {
      waiting += chunk.toString('latin1')
      const head = headOf(waiting)
      const body = head && bodyOf(head, waiting)
      if (!head || !body) return
      received.push({ ...head, body: body.text })
      waiting = waiting.slice(body.end)
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
    })
    socket.on('error', () => socket.destroy())
    socket.on('close', () => sockets.delete(socket))
  })
  const url = await listening(server)
  return {
    url,
    received,
    async close() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
