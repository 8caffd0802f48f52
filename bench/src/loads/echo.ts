import { encodeFrame, opcodes } from '@rack-gateway/testing/websocket'
import type { Exchange } from './closed-loop.ts'

/** The WebSocket mask of each frame. */
const mask = 0x5a0fc396
const endOfHead = Buffer.from('\r\n\r\n')

export interface EchoOptions {
  /** The length of the text in each frame. Default 1,000. */
  readonly bytes?: number
  /** Frames that are sent together. Default 1. */
  readonly atOnce?: number
}

/** Sends WebSocket frames over one connection, and expects each frame to be returned unchanged. */
export function echo(handshake: Buffer, { bytes = 1_000, atOnce = 1 }: EchoOptions = {}): Exchange {
  const payload = Buffer.alloc(bytes, 'an echo of one kilobyte ')
  const frame = encodeFrame({ opcode: opcodes.text, payload, mask })
  const echoed = encodeFrame({ opcode: opcodes.text, payload })
  return {
    opening: handshake,
    message: Buffer.concat(Array.from({ length: atOnce }, () => frame)),
    createReader: (onResponse) => createEchoReader(echoed, atOnce, onResponse),
  }
}

/** The first response accepts the upgrade. All others are echoes. @throws from the reader for any other response */
function createEchoReader(echoed: Buffer, atOnce: number, onResponse: () => void): (chunk: Buffer) => void {
  let head: Buffer | null = Buffer.alloc(0)
  let position = 0
  let frames = 0
  /** The beginning of an incomplete ping or pong. */
  let pings: Buffer = Buffer.alloc(0)

  function readHead(received: Buffer): void {
    const end = received.indexOf(endOfHead)
    head = received
    if (end === -1) return
    const status = received.toString('latin1', 9, 12)
    if (status !== '101') throw new Error(`the upgrade was answered with ${status}`)
    head = null
    if (withoutPings(received.subarray(end + endOfHead.length)).length > 0)
      throw new Error('the server sent bytes before the first frame')
    onResponse()
  }

  return function read(chunk) {
    if (head !== null) return readHead(Buffer.concat([head, chunk]))
    let rest = chunk
    while (true) {
      if (position === 0) rest = withoutPings(rest)
      if (rest.length === 0) return
      const end = Math.min(position + rest.length, echoed.length)
      if (rest.compare(echoed, position, end, 0, end - position) !== 0) throw new Error('an echo came back changed')
      rest = rest.subarray(end - position)
      position = end % echoed.length
      if (position > 0 || ++frames < atOnce) continue
      if (withoutPings(rest).length > 0) throw new Error('an echo came back changed')
      frames = 0
      return onResponse()
    }
  }

  /** Removes pings and pongs between frames. A gateway sends them to keep the connection open. */
  function withoutPings(chunk: Buffer): Buffer {
    if (pings.length === 0 && chunk[0] !== ping && chunk[0] !== pong) return chunk
    let rest: Buffer = Buffer.concat([pings, chunk])
    pings = Buffer.alloc(0)
    while (rest[0] === ping || rest[0] === pong) {
      const end = 2 + (rest[1] ?? 0)
      if (rest.length < end) {
        pings = rest
        return Buffer.alloc(0)
      }
      rest = rest.subarray(end)
    }
    return rest
  }
}

const ping = 0x89
const pong = 0x8a
