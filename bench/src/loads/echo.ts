import type { Exchange } from './closed-loop.ts'
import { textFrame } from './frame.ts'

const payload = Buffer.alloc(1_000, 'an echo of one kilobyte ')
const key = Buffer.from([0x5a, 0x0f, 0xc3, 0x96])
const echoed = textFrame(payload, null)
const endOfHead = Buffer.from('\r\n\r\n')

/** A websocket frame of 1,000 bytes that has to come back as it was, over one upgraded connection. */
export function echo(handshake: Buffer): Exchange {
  return { opening: handshake, message: textFrame(payload, key), createReader: createEchoReader }
}

/** The first answer is the accepted upgrade, all others are the echo. @throws from what it returns, for anything else */
function createEchoReader(onAnswer: () => void): (chunk: Buffer) => void {
  let head: Buffer | null = Buffer.alloc(0)
  let come = 0
  /** The beginning of a ping that isn't complete. */
  let pings: Buffer = Buffer.alloc(0)

  function readHead(known: Buffer): void {
    const end = known.indexOf(endOfHead)
    head = known
    if (end === -1) return
    const status = known.toString('latin1', 9, 12)
    if (status !== '101') throw new Error(`the upgrade was answered with ${status}`)
    head = null
    if (known.length > end + endOfHead.length) throw new Error('something came before the first frame was sent')
    onAnswer()
  }

  return function read(chunk) {
    if (head !== null) return readHead(Buffer.concat([head, chunk]))
    const frames = come === 0 ? withoutPings(chunk) : chunk
    const end = Math.min(come + frames.length, echoed.length)
    const rest = frames.subarray(end - come)
    if (frames.compare(echoed, come, end, 0, end - come) !== 0) throw new Error('an echo came back changed')
    come = end % echoed.length
    if (rest.length > 0 && withoutPings(rest).length > 0) throw new Error('an echo came back changed')
    if (frames.length > 0 && come === 0) onAnswer()
  }

  /** A gateway keeps a connection alive by pings and pongs between the frames; they need no answer. */
  function withoutPings(chunk: Buffer): Buffer {
    if (pings.length === 0 && chunk[0] !== ping && chunk[0] !== pong) return chunk
    let frames: Buffer = Buffer.concat([pings, chunk])
    pings = Buffer.alloc(0)
    while (frames[0] === ping || frames[0] === pong) {
      const end = 2 + (frames[1] ?? 0)
      if (frames.length < end) {
        pings = frames
        return Buffer.alloc(0)
      }
      frames = frames.subarray(end)
    }
    return frames
  }
}

const ping = 0x89
const pong = 0x8a
