import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { encodeHead, opcode } from '../wire/frame-head.ts'
import { createPieceReader } from '../wire/frame-pieces.ts'
import { acceptedUpgrade } from '../wire/handshake.ts'

/** Echoes every frame, of any size: the echo begins before the whole frame has arrived. Answers a ping with a pong. */
export function echoFrames(message: IncomingMessage, socket: Duplex, head: Buffer): void {
  const readPieces = createPieceReader('masked')
  socket.on('error', () => socket.destroy())
  socket.on('end', () => socket.end())
  socket.on('drain', () => socket.resume())
  socket.write(acceptedUpgrade(message.rawHeaders))
  function echo(chunk: Buffer): void {
    socket.cork()
    for (const { opcode: code, length, payload, begins } of readPieces(chunk)) {
      if (begins) socket.write(encodeHead(code === opcode.ping ? opcode.pong : code, length))
      if (payload.length > 0) socket.write(payload)
    }
    socket.uncork()
    if (socket.writableNeedDrain) socket.pause()
  }
  socket.on('data', (chunk: Buffer) => {
    try {
      echo(chunk)
    } catch {
      socket.destroy()
    }
  })
  if (head.length > 0) socket.unshift(head)
}
