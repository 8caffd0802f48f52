import { connect, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { Frame } from '../frames/frame.ts'
import { type ChunkHandler, createFrameReader } from '../frames/frame-reader.ts'
import { type HttpMessage, parseMessage } from './http-message.ts'

/** A client's TCP or TLS connection that sends and receives bytes. Each character of a text is one byte. */
export interface RawConnection {
  readonly socket: Socket
  readonly received: string
  /** True after the peer ended the connection, after an error, and after `end`. */
  readonly closed: boolean
  /**
   * Resolves when the peer ended the connection: with `end`, or with the code of the error. Does not resolve after
   * `end()`, which closes the connection from this side.
   */
  readonly ended: Promise<string>
  send(bytes: string | Buffer): void
  /** Resolves when `received` contains the text. @throws Error if the connection ends before */
  waitFor(text: string): Promise<void>
  /**
   * Reads the next HTTP message, interim responses included.
   *
   * @param method the method of the request that a response answers. Default GET
   * @throws Error when the connection ends before the message is complete
   */
  nextMessage(method?: string): Promise<HttpMessage>
  /** Reads all bytes after the last message as frames of a websocket server. */
  frames(): { readonly received: readonly Frame[]; readonly ended: () => boolean }
  end(): void
}

export interface RawConnectionOptions {
  /** Leaves this side open when the peer ends its side. */
  readonly allowHalfOpen?: boolean
  /** The address of this side. On Linux, every address of 127.0.0.0/8 works. */
  readonly localAddress?: string
}

/** Does not check certificates. */
export async function connectRaw(url: URL | string, options: RawConnectionOptions = {}): Promise<RawConnection> {
  const { protocol, hostname, port: urlPort } = new URL(url)
  const port = Number(urlPort || (protocol === 'https:' ? 443 : 80))
  const host = hostname.replace(/^\[|\]$/g, '')
  return new Promise((resolve, reject) => {
    const ready = () => resolve(rawConnection(socket))
    const socket =
      protocol === 'https:'
        ? connectTls({ host, port, rejectUnauthorized: false, ...options }, ready)
        : connect({ host, port, noDelay: true, ...options }, ready)
    socket.once('error', reject)
  })
}

function rawConnection(socket: Socket): RawConnection {
  let received = ''
  /** Where the next message begins in `received`. */
  let position = 0
  let closed = false
  /** True only after the peer has ended its side without an error. */
  let endedByPeer = false
  let readFrames: ChunkHandler | null = null
  const waiting = new Set<() => void>()
  const wake = () => {
    for (const resume of [...waiting]) resume()
  }
  const nextChange = () =>
    new Promise<void>((resolve) => {
      const resume = () => {
        waiting.delete(resume)
        resolve()
      }
      waiting.add(resume)
    })
  socket.on('data', (chunk: Buffer) => {
    received += chunk.toString('latin1')
    readFrames?.(chunk)
    wake()
  })
  const ended = new Promise<string>((resolve) => {
    socket.once('end', () => {
      endedByPeer = true
      resolve('end')
    })
    socket.on('error', (error) => resolve('code' in error ? String(error.code) : error.message))
  })
  const close = () => {
    closed = true
    wake()
  }
  socket.on('end', close).on('close', close).on('error', close)
  return {
    socket,
    ended,
    get received() {
      return received
    },
    get closed() {
      return closed
    },
    send: (bytes) => void socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes),
    end: () => void socket.destroy(),
    async waitFor(text) {
      while (!received.includes(text)) {
        if (closed)
          throw new Error(
            `The connection closed before ${JSON.stringify(text)} arrived. Received: ${received.slice(0, 200)}`,
          )
        await nextChange()
      }
    },
    async nextMessage(method = 'GET') {
      for (;;) {
        const found = parseMessage(received.slice(position), { ended: endedByPeer, method })
        if (found !== null) {
          position = received.length - found.rest.length
          return found.message
        }
        if (closed)
          throw new Error(
            `The connection closed in the middle of a response. Received: ${received.slice(position, position + 200)}`,
          )
        await nextChange()
      }
    },
    frames() {
      const frames: Frame[] = []
      const reader = createFrameReader((frame) => frames.push(frame), 'server')
      readFrames = reader
      reader(Buffer.from(received.slice(position), 'latin1'))
      position = received.length
      return { received: frames, ended: () => closed || frames.some(isLastFrame) }
    },
  }
}

/** Whether a frame is a close frame, or an empty binary frame, with which convox ends its direction. */
export function isLastFrame({ opcode, payload }: Frame): boolean {
  return opcode === 8 || (opcode === 2 && payload.length === 0)
}
