import { connect, type Socket } from 'node:net'

/** A websocket frame as a server sends it, or its beginning: `length` may say more than `payload` holds. */
export function serverFrame(opcode: number, payload: Buffer, length = payload.length): Buffer {
  const head = Buffer.alloc(10)
  head.writeUInt8(0x80 | opcode, 0)
  head.writeUInt8(127, 1)
  head.writeBigUInt64BE(BigInt(length), 2)
  return Buffer.concat([head, payload])
}

/** The head of a frame as a client sends it, masked with zeros, so that the payload is as it is. */
export function clientFrameHead(opcode: number, length: number): Buffer {
  const head = Buffer.alloc(14)
  head.writeUInt8(0x80 | opcode, 0)
  head.writeUInt8(0x80 | 127, 1)
  head.writeBigUInt64BE(BigInt(length), 2)
  return head
}

export function clientFrame(opcode: number, payload: Buffer): Buffer {
  return Buffer.concat([clientFrameHead(opcode, payload.length), payload])
}

/** Opens a websocket by hand, so that bytes can be counted and the connection broken at any of them. @throws with the head when it is refused */
export async function openRaw(
  { port, token }: { readonly port: number; readonly token: string },
  path: string,
  headers: readonly string[] = [],
): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  const lines = [
    `GET ${path} HTTP/1.1`,
    'Host: 127.0.0.1',
    `Authorization: Bearer ${token}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    ...headers,
  ]
  socket.on('error', () => undefined)
  socket.write(`${lines.join('\r\n')}\r\n\r\n`)
  const head = await headOf(socket)
  if (head.startsWith('HTTP/1.1 101 ')) return socket
  const [, length = '0'] = /^content-length: (\d+)\r$/im.exec(head) ?? []
  const body = await bytesOf(socket, Number(length))
  socket.destroy()
  throw new Error(`the websocket was refused: ${head}${body}`)
}

/** Reads up to the empty line and not a byte more. */
function headOf(socket: Socket): Promise<string> {
  return readWhile(socket, (head) => !head.endsWith('\r\n\r\n'))
}

/** Reads so many bytes: a refusal leaves the connection open. */
function bytesOf(socket: Socket, count: number): Promise<string> {
  return readWhile(socket, ({ length }) => length < count)
}

async function readWhile(socket: Socket, unfinished: (text: string) => boolean): Promise<string> {
  let text = ''
  while (unfinished(text)) {
    const byte: Buffer | null = socket.read(1)
    if (byte !== null) text += byte.toString('latin1')
    else if (socket.readableEnded || socket.destroyed) break
    else await new Promise((resolve) => socket.once('readable', resolve).once('end', resolve).once('close', resolve))
  }
  return text
}

export interface FrameWatch {
  readonly payloadBytes: number
  readonly pings: number
  /** The whole close frame's payload, or null: the code in two bytes, then the reason. */
  readonly close: Buffer | null
}

/** Walks through what a server sends without keeping it, up to its close frame. */
export function watchFrames(socket: Socket): FrameWatch {
  let left = 0
  let opcode = 0
  let held = Buffer.alloc(0)
  const seen: { payloadBytes: number; pings: number; close: Buffer | null } = { payloadBytes: 0, pings: 0, close: null }
  let closing = Buffer.alloc(0)
  socket.on('data', (chunk: Buffer) => {
    for (let at = 0; at < chunk.length; ) {
      if (left > 0) {
        const piece = chunk.subarray(at, at + left)
        at += piece.length
        left -= piece.length
        if (opcode < 8) seen.payloadBytes += piece.length
        if (opcode === 8) closing = Buffer.concat([closing, piece])
        if (opcode === 8 && left === 0) seen.close = closing
        continue
      }
      held = Buffer.concat([held, chunk.subarray(at, at + 1)])
      at += 1
      if (held.length < 2) continue
      const short = held.readUInt8(1) & 0x7f
      const size = 2 + (short === 127 ? 8 : short === 126 ? 2 : 0)
      if (held.length < size) continue
      opcode = held.readUInt8(0) & 0x0f
      left = short === 127 ? Number(held.readBigUInt64BE(2)) : short === 126 ? held.readUInt16BE(2) : short
      held = Buffer.alloc(0)
      if (opcode === 9) seen.pings += 1
    }
  })
  return seen
}
