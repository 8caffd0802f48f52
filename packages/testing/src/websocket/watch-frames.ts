import type { Socket } from 'node:net'
import { opcodes } from '../frames/frame.ts'
import { createFramePartReader } from '../frames/frame-reader.ts'

export interface FrameWatch {
  /** Payload bytes of all data frames. */
  readonly payloadBytes: number
  readonly pings: number
  /** The payload of the close frame: the close code in two bytes, then the reason. Null until it is complete. */
  readonly close: Buffer | null
}

/** Stores no payload except that of the close frame. */
export function watchFrames(socket: Socket): FrameWatch {
  const watch: { payloadBytes: number; pings: number; close: Buffer | null } = {
    payloadBytes: 0,
    pings: 0,
    close: null,
  }
  const close: Buffer[] = []
  socket.on(
    'data',
    createFramePartReader(({ opcode, bytes, isLast }) => {
      if (opcode < opcodes.close) watch.payloadBytes += bytes.length
      if (opcode === opcodes.ping && isLast) watch.pings += 1
      if (opcode !== opcodes.close) return
      close.push(bytes)
      if (isLast) watch.close = Buffer.concat(close)
    }, 'server'),
  )
  return watch
}
