import type { Duplex } from 'node:stream'
import { createFrame, type LiveStream, type LiveStreams, opcodes } from '@rack-gateway/rack-registry'

/** WebSockets without data. Pings them, because proxies close silent connections, and ends them on revocation. */
export interface HeldStreams {
  /** The socket must not be read by anything else. */
  hold(socket: Duplex, stream: Omit<LiveStream, 'end'>): void
  endAll(): void
}

const ping = createFrame('server', opcodes.ping, Buffer.alloc(0))

export function createHeldStreams(streams: LiveStreams, pingInterval: number): HeldStreams {
  const sockets = new Set<Duplex>()
  const pinging = setInterval(function pingAll() {
    for (const socket of sockets) if (!socket.writableNeedDrain) socket.write(ping)
  }, pingInterval).unref()
  return {
    hold(socket, stream) {
      const end = () => void socket.destroy()
      const removeStream = streams.add({ ...stream, end })
      sockets.add(socket)
      socket.once('end', end).once('close', function forget() {
        sockets.delete(socket)
        removeStream()
      })
      socket.resume()
    },
    endAll() {
      clearInterval(pinging)
      for (const socket of sockets) socket.destroy()
    },
  }
}
