import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { createAnswerReader } from './answer-reader.ts'
import { createBodyReader } from './body-reader.ts'
import type { Done } from './done.ts'

/** The timeout of a transfer in milliseconds. */
const limit = 60_000
/** Bytes of one write, and of one read. */
const partLength = 256 * 1024

export interface DownloadOptions {
  readonly url: string
  readonly request: Buffer
  /** How many bytes have to come, each time. */
  readonly length: number
  readonly times: number
  readonly onBody?: (part: Buffer) => void
}

/** Makes downloads one after another on one connection. @throws if an answer isn't 200 or has another length */
export function download({ url, request, length, times, onBody }: DownloadOptions): Promise<Done> {
  return inTurn(url, length, times, (socket, receive) => {
    let come = 0
    return new Promise((resolve, reject) => {
      const read = createBodyReader({
        onBody(part) {
          come += part.length
          onBody?.(part)
        },
        onEnd: () => (come === length ? resolve() : reject(new Error(`${come} bytes came instead of ${length}`))),
      })
      receive(read, reject)
      socket.write(request)
    })
  })
}

export interface UploadOptions {
  readonly url: string
  /** The request's head; says `Transfer-Encoding: chunked`, or the length. */
  readonly head: Buffer
  readonly framing: 'chunked' | 'length'
  readonly length: number
  readonly times: number
  /** @throws when the answer isn't the one that so many bytes get */
  expectAnswer(body: Buffer): void
}

/** Makes uploads one after another on one connection. @throws if an answer isn't 200 or isn't the expected one */
export function upload({ url, head, framing, length, times, expectAnswer }: UploadOptions): Promise<Done> {
  return inTurn(url, length, times, async (socket, receive) => {
    const answered = new Promise<void>((resolve, reject) => {
      const read = createAnswerReader(({ status, body }) => {
        if (status !== 200) throw new Error(`an upload was answered with ${status}: ${body}`)
        expectAnswer(body)
        resolve()
      })
      // it may wait for the rest of a short answer, and the buffer is used again
      receive((chunk) => read(Buffer.from(chunk)), reject)
    })
    answered.catch(() => undefined)
    socket.write(head)
    await Promise.race([send(socket, framing, length), answered.then(() => once(socket, 'close'))])
    await answered
  })
}

const content = Buffer.alloc(partLength, 'what is uploaded ')

async function send(socket: Socket, framing: 'chunked' | 'length', length: number): Promise<void> {
  const whole = framed(framing, content)
  let left = length
  while (left > 0) {
    const part = left >= partLength ? whole : framed(framing, content.subarray(0, left))
    left -= Math.min(left, partLength)
    if (!socket.write(part) && socket.writableNeedDrain) await once(socket, 'drain')
  }
  if (framing === 'chunked') socket.write('0\r\n\r\n')
}

function framed(framing: 'chunked' | 'length', part: Buffer): Buffer {
  if (framing === 'length') return part
  return Buffer.concat([Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from('\r\n')])
}

/** Sets the reader of the connection, and the handler of its errors. */
type Receive = (read: (chunk: Buffer) => void, reject: (error: unknown) => void) => void

async function inTurn(
  url: string,
  length: number,
  times: number,
  transfer: (socket: Socket, receive: Receive) => Promise<void>,
): Promise<Done> {
  const { socket, receive, broken } = await open(url)
  const latencies: number[] = []
  try {
    for (let turn = 0; turn < times; turn++) {
      const started = performance.now()
      const late = AbortSignal.timeout(limit)
      await Promise.race([transfer(socket, receive), broken, once(late, 'abort').then(tooLate)])
      latencies.push(performance.now() - started)
    }
  } finally {
    socket.destroy()
  }
  const seconds = latencies.reduce((sum, latency) => sum + latency, 0) / 1_000
  return { count: (length * times) / 1e6, seconds, latencies: Float64Array.from(latencies).sort() }
}

function tooLate(): never {
  throw new Error(`a transfer was not over in ${limit} ms`)
}

/** A connection that reuses one buffer for reading, because at these rates buffers are most of a reader's cost. */
async function open(url: string): Promise<{ socket: Socket; receive: Receive; broken: Promise<never> }> {
  const { hostname, port } = new URL(url)
  let reader: (chunk: Buffer) => void = () => {}
  let refuse: (error: unknown) => void = () => {}
  function callback(size: number, buffer: Uint8Array): boolean {
    try {
      reader(Buffer.from(buffer.buffer, buffer.byteOffset, size))
    } catch (error) {
      refuse(error)
    }
    return true
  }
  const onread = { buffer: Buffer.allocUnsafeSlow(partLength), callback }
  const socket = connect({ host: hostname, port: Number(port), noDelay: true, onread })
  const broken = new Promise<never>((_, reject) => {
    socket.on('error', reject)
    socket.on('close', () => reject(new Error('a connection ended in the middle of a transfer')))
  })
  broken.catch(() => undefined)
  await Promise.race([once(socket, 'connect'), broken])
  const receive: Receive = (read, reject) => {
    reader = read
    refuse = reject
  }
  return { socket, receive, broken }
}
