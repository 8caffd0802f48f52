import { createHash } from 'node:crypto'
import type { Duplex } from 'node:stream'
import { createPieceReader, type FramePiece } from './frame-pieces.ts'
import { createFrameWriter, type FrameWriter } from './frame-writer.ts'
import { encodeFrame, opcode } from './frames.ts'
import { createInputQueue, type InputQueue } from './input-queue.ts'

/** The rack's end of a WebSocket. Text frames are data, and an empty binary frame ends one direction. */
export interface WebSocketStream {
  /** Sends data, in frames of at most 32 KiB. Resolves as `FrameWriter.send`. */
  send(data: string | Buffer): Promise<void>
  /** Sends data as a single frame of `length` bytes, of any size. Pongs wait for the end of the frame. */
  sendOne(length: number, data: AsyncIterable<Buffer>): Promise<void>
  /** The data until the client ends the input or disconnects. Drops data and pings before the first call of `input`. */
  input(): AsyncIterable<Buffer>
  /** Sends an empty binary frame, and drops later input. The connection stays open, as with a real rack. */
  end(): void
  /** Aborted when the client has disconnected. */
  readonly disconnected: AbortSignal
}

/** The value of Sec-WebSocket-Accept for a client's key (RFC 6455, section 4.2.2). */
export function acceptKey(key: string): string {
  return createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64')
}

export function createWebSocketStream(socket: Duplex): WebSocketStream {
  const disconnection = new AbortController()
  socket.on('close', () => disconnection.abort())
  socket.on('end', () => socket.end())
  socket.on('error', () => socket.destroy())
  socket.resume()
  const writer = createFrameWriter(socket, disconnection.signal)
  let queue: InputQueue | null = null
  return {
    disconnected: disconnection.signal,
    send: (data) => writer.send(typeof data === 'string' ? Buffer.from(data) : data),
    sendOne: writer.sendOne,
    input() {
      queue ??= readInput(socket, writer, disconnection.signal)
      return queue.items()
    },
    end() {
      queue?.discard()
      if (socket.writable) socket.write(encodeFrame(opcode.binary, Buffer.alloc(0)))
    },
  }
}

function readInput(socket: Duplex, writer: FrameWriter, disconnected: AbortSignal): InputQueue {
  const queue = createInputQueue(socket, disconnected)
  const readPieces = createPieceReader('masked')
  let control: Buffer = Buffer.alloc(0)
  function takePiece(piece: FramePiece): void {
    if (piece.opcode === opcode.text || piece.opcode === opcode.continuation) queue.push(piece.payload)
    if (piece.opcode === opcode.binary && piece.length === 0) queue.end()
    if (piece.opcode < opcode.close) return
    control = Buffer.concat([control, piece.payload])
    if (!piece.ends) return
    respondToControl(socket, writer, piece.opcode, control)
    control = Buffer.alloc(0)
  }
  socket.on('data', (chunk: Buffer) => {
    try {
      for (const piece of readPieces(chunk)) takePiece(piece)
    } catch {
      socket.destroy()
    }
  })
  return queue
}

function respondToControl(socket: Duplex, writer: FrameWriter, code: number, payload: Buffer): void {
  if (code === opcode.ping) writer.betweenFrames(() => socket.write(encodeFrame(opcode.pong, payload)))
  if (code === opcode.close) writer.betweenFrames(() => socket.end(encodeFrame(opcode.close, payload.subarray(0, 2))))
}
