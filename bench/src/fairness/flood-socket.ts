import { connect } from 'node:net'

/** A connection of a flood. Sends the given bytes, and reads as fast as it can. */
export interface FloodSocket {
  write(bytes: Buffer): void
  /** Sends the bytes again and again, as fast as the connection accepts them. */
  writeWithoutEnd(bytes: Buffer): void
  /** Sends `bytes` each time `threshold` more bytes were received. */
  writeAfterBytes(bytes: Buffer, progress: { readonly received: number; readonly threshold: number }): void
  destroy(): void
}

export interface FloodSocketOptions {
  /** The source address. Undefined: the system chooses it. */
  readonly localAddress?: string | undefined
  readonly onOpen: (socket: FloodSocket) => void
  /** Called when a response begins. */
  readonly onStatus: (status: string) => void
  readonly onBytes?: (bytes: number) => void
  readonly onClose: () => void
}

/** Matches the start of a response. Cheaper than a parser, and enough, because bodies of the demo rack never contain it. */
const responseStarts = /HTTP\/1\.1 (\d{3}) /g
/** One less than the length of a match, because a chunk can end inside a match. */
const overlap = 'HTTP/1.1 200'.length

export function openSocket(
  url: string,
  { localAddress, onOpen, onStatus, onBytes, onClose }: FloodSocketOptions,
): FloodSocket {
  const { hostname, port } = new URL(url)
  const tcp = connect({ host: hostname, port: Number(port), noDelay: true, localAddress })
  let tail = ''
  let receivedBytes = 0
  const socket: FloodSocket = {
    write(bytes) {
      if (tcp.writable) tcp.write(bytes)
    },
    writeWithoutEnd(bytes) {
      while (tcp.writable && tcp.write(bytes));
      tcp.once('drain', () => socket.writeWithoutEnd(bytes))
    },
    writeAfterBytes(bytes, { received, threshold }) {
      receivedBytes += received
      if (receivedBytes < threshold) return
      receivedBytes -= threshold
      socket.write(bytes)
    },
    destroy: () => void tcp.destroy(),
  }
  tcp.on('connect', () => onOpen(socket))
  tcp.on('data', (chunk: Buffer) => {
    const text = tail + chunk.toString('latin1')
    for (const [, status = ''] of text.matchAll(responseStarts)) onStatus(status)
    tail = text.slice(-overlap)
    onBytes?.(chunk.length)
  })
  tcp.on('error', () => undefined)
  tcp.on('close', onClose)
  return socket
}
