import type { Duplex } from 'node:stream'
import { encodeHead, opcode } from './frame-head.ts'
import { encodeFrame } from './frames.ts'

/** The sending half of a websocket. */
export interface FrameWriter {
  /** Sends text frames of at most 32 KiB. Resolves when the operating system has the bytes, or the peer disconnects. */
  send(bytes: Buffer): Promise<void>
  /** Sends a single text frame of `length` bytes, of any size, as fast as the peer reads the frame. */
  sendOne(length: number, payload: AsyncIterable<Buffer>): Promise<void>
  /** Runs an action now, or as soon as the frame in flight is complete. */
  betweenFrames(action: () => void): void
}

const largestMessage = 32 * 1024

export function createFrameWriter(socket: Duplex, disconnected: AbortSignal): FrameWriter {
  let inFrame = false
  const waiting: (() => void)[] = []
  return {
    async send(bytes) {
      for (let at = 0; at < bytes.length; at += largestMessage) {
        await write(socket, encodeFrame(opcode.text, bytes.subarray(at, at + largestMessage)), disconnected)
      }
    },
    async sendOne(length, payload) {
      inFrame = true
      await write(socket, encodeHead(opcode.text, length), disconnected)
      for await (const bytes of payload) {
        if (disconnected.aborted) break
        await write(socket, bytes, disconnected)
      }
      inFrame = false
      for (const action of waiting.splice(0)) action()
    },
    betweenFrames(action) {
      if (inFrame) waiting.push(action)
      else action()
    },
  }
}

function write(socket: Duplex, bytes: Buffer, disconnected: AbortSignal): Promise<void> {
  if (disconnected.aborted || !socket.writable) return Promise.resolve()
  return new Promise((resolve) => {
    const done = () => {
      disconnected.removeEventListener('abort', done)
      resolve()
    }
    disconnected.addEventListener('abort', done)
    socket.write(bytes, done)
  })
}
