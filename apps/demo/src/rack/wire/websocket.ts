import { createHash } from 'node:crypto'
import type { Duplex } from 'node:stream'
import { createFrameReader, encodeFrame, type Frame, opcode } from './frames.ts'

/** The rack's end of a websocket: text frames are data, an empty binary frame is the end of one direction. */
export interface WebSocketStream {
  /** Sends data, in frames of at most 32 KiB; resolves when the peer takes it, or when it has gone. */
  send(data: string | Buffer): Promise<void>
  /** What the client sends until its end-of-file or its departure. Reading also answers pings; until it begins, nothing is read but dropped. */
  input(): AsyncIterable<Buffer>
  /** Half-closes towards the client with an empty binary frame and drops what it still sends. The connection stays open, as a rack leaves it. */
  end(): void
  /** Aborted when the client has gone. */
  readonly gone: AbortSignal
}

const largestMessage = 32 * 1024
const largestQueue = 1024 * 1024

/** The value of Sec-WebSocket-Accept for a client's key (RFC 6455, section 4.2.2). */
export function acceptKey(key: string): string {
  return createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64')
}

export function createWebSocketStream(socket: Duplex): WebSocketStream {
  const gone = new AbortController()
  socket.on('close', () => gone.abort())
  socket.on('end', () => socket.end())
  socket.on('error', () => socket.destroy())
  socket.resume()
  let queue: Queue | null = null
  return {
    gone: gone.signal,
    async send(data) {
      const bytes = typeof data === 'string' ? Buffer.from(data) : data
      for (let at = 0; at < bytes.length; at += largestMessage) {
        await write(socket, encodeFrame(opcode.text, bytes.subarray(at, at + largestMessage)), gone.signal)
      }
    },
    input() {
      queue ??= readInput(socket, gone.signal)
      return queue.items()
    },
    end() {
      queue?.discard()
      if (socket.writable) socket.write(encodeFrame(opcode.binary, Buffer.alloc(0)))
    },
  }
}

function write(socket: Duplex, bytes: Buffer, gone: AbortSignal): Promise<void> {
  if (gone.aborted || !socket.writable) return Promise.resolve()
  return new Promise((resolve) => {
    const done = () => {
      gone.removeEventListener('abort', done)
      resolve()
    }
    gone.addEventListener('abort', done)
    socket.write(bytes, done)
  })
}

function readInput(socket: Duplex, gone: AbortSignal): Queue {
  const queue = createQueue(socket, gone)
  const readFrames = createFrameReader('masked')
  socket.on('data', (chunk: Buffer) => {
    try {
      for (const frame of readFrames(chunk)) takeFrame(socket, queue, frame)
    } catch {
      socket.destroy()
    }
  })
  return queue
}

function takeFrame(socket: Duplex, queue: Queue, frame: Frame): void {
  if (frame.opcode === opcode.ping) socket.write(encodeFrame(opcode.pong, frame.payload))
  else if (frame.opcode === opcode.close) socket.end(encodeFrame(opcode.close, frame.payload.subarray(0, 2)))
  else if (frame.opcode === opcode.binary && frame.payload.length === 0) queue.end()
  else if (frame.opcode === opcode.text || frame.opcode === opcode.continuation) queue.push(frame.payload)
}

type Queue = ReturnType<typeof createQueue>

function createQueue(socket: Duplex, gone: AbortSignal) {
  const waiting: Buffer[] = []
  let size = 0
  let ended = false
  let wake = () => {}
  function end() {
    ended = true
    wake()
  }
  gone.addEventListener('abort', end)
  return {
    end,
    discard() {
      waiting.length = 0
      size = 0
      end()
      socket.resume()
    },
    push(data: Buffer) {
      if (ended || data.length === 0) return
      waiting.push(data)
      size += data.length
      if (size > largestQueue) socket.pause()
      wake()
    },
    async *items(): AsyncGenerator<Buffer> {
      for (;;) {
        const next = waiting.shift()
        if (next !== undefined) {
          size -= next.length
          if (size <= largestQueue) socket.resume()
          yield next
        } else if (ended) return
        else
          await new Promise<void>((resolve) => {
            wake = resolve
          })
      }
    },
  }
}
