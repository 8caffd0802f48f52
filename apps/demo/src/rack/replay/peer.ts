import { connect, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { createFrameReader, type Frame, opcode } from '../wire/frames.ts'
import { type Message, readMessage } from './message.ts'

/** A client's TCP connection that speaks bytes. */
export interface Peer {
  send(latin1: string): void
  /**
   * @param method what the answer is to
   * @throws Error when the connection ends before a whole answer
   */
  nextAnswer(method?: string): Promise<Message>
  /** From now on what comes are frames: they are collected here. */
  frames(): { readonly received: readonly Frame[]; readonly ended: () => boolean }
  readonly closed: boolean
  end(): void
}

/** Connects to the host of a URL. Certificates are not checked, as the CLI doesn't. */
export function connectPeer(url: URL): Promise<Peer> {
  const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80))
  const host = url.hostname.replace(/^\[|\]$/g, '')
  return new Promise((resolve, reject) => {
    const ready = () => resolve(createPeer(socket))
    const socket =
      url.protocol === 'https:'
        ? connectTls({ host, port, rejectUnauthorized: false }, ready)
        : connect({ host, port, noDelay: true }, ready)
    socket.once('error', reject)
  })
}

function createPeer(socket: Socket): Peer {
  let bytes = ''
  let closed = false
  let wake = () => {}
  let takeBytes = (chunk: Buffer) => {
    bytes += chunk.toString('latin1')
  }
  socket.on('data', (chunk: Buffer) => {
    takeBytes(chunk)
    wake()
  })
  const close = () => {
    closed = true
    wake()
  }
  socket.on('end', close).on('close', close).on('error', close)
  return {
    get closed() {
      return closed
    },
    send: (latin1) => void socket.write(Buffer.from(latin1, 'latin1')),
    end: () => socket.destroy(),
    async nextAnswer(method = 'GET') {
      for (;;) {
        const found = readMessage(bytes, { ended: closed, method })
        if (found !== null) {
          bytes = found.rest
          return found.message
        }
        if (closed) throw new Error('the connection ended before the answer')
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
    },
    frames() {
      const received: Frame[] = []
      const readFrames = createFrameReader('unmasked')
      takeBytes = (chunk) => {
        received.push(...readFrames(chunk))
      }
      takeBytes(Buffer.from(bytes, 'latin1'))
      bytes = ''
      return { received, ended: () => closed || received.some(isEnd) }
    },
  }
}

/** Whether a frame ends its direction: the rack's empty binary frame, or a close. */
export function isEnd(frame: Frame): boolean {
  return frame.opcode === opcode.close || (frame.opcode === opcode.binary && frame.payload.length === 0)
}
