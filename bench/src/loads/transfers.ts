import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { createBodyReader } from './body-reader.ts'
import type { LoadResult } from './load-result.ts'
import { createResponseReader } from './response-reader.ts'

/** The timeout of a transfer in milliseconds. */
const limit = 60_000
/** The maximum number of bytes in one write, and in one read. */
const partLength = 256 * 1024

export interface DownloadOptions {
  readonly url: string
  readonly request: Buffer
  /** The expected number of bytes of each download. */
  readonly length: number
  readonly times: number
  readonly onBody?: (part: Buffer) => void
}

/** Makes downloads one after another on one connection. @throws if a response isn't 200 or has another length */
export function download({ url, request, length, times, onBody }: DownloadOptions): Promise<LoadResult> {
  return transferRepeatedly(url, length, times, (socket, receive) => {
    let received = 0
    return new Promise((resolve, reject) => {
      const read = createBodyReader({
        onBody(part) {
          received += part.length
          onBody?.(part)
        },
        onEnd: () =>
          received === length ? resolve() : reject(new Error(`${received} bytes came instead of ${length}`)),
      })
      receive(read, reject)
      socket.write(request)
    })
  })
}

export interface UploadOptions {
  readonly url: string
  /** The request's head, with `Transfer-Encoding: chunked` or the length. */
  readonly head: Buffer
  readonly framing: 'chunked' | 'length'
  readonly length: number
  readonly times: number
  /** @throws if the response is wrong for `length` bytes */
  expectResponse(body: Buffer): void
}

/** Makes uploads one after another on one connection. @throws if a response isn't 200 or isn't expected */
export function upload({ url, head, framing, length, times, expectResponse }: UploadOptions): Promise<LoadResult> {
  return transferRepeatedly(url, length, times, async (socket, receive) => {
    const answered = new Promise<void>((resolve, reject) => {
      const read = createResponseReader(({ status, body }) => {
        if (status !== 200) throw new Error(`an upload was answered with ${status}: ${body}`)
        expectResponse(body)
        resolve()
      })
      // The reader can keep a part of a response, but the buffer of this connection is used again.
      receive((chunk) => read(Buffer.from(chunk)), reject)
    })
    answered.catch(() => undefined)
    socket.write(head)
    await Promise.race([send(socket, framing, length), answered.then(() => once(socket, 'close'))])
    await answered
  })
}

const content = Buffer.alloc(partLength, 'content of an upload ')

async function send(socket: Socket, framing: 'chunked' | 'length', length: number): Promise<void> {
  const fullPart = frame(framing, content)
  let remaining = length
  while (remaining > 0) {
    const part = remaining >= partLength ? fullPart : frame(framing, content.subarray(0, remaining))
    remaining -= Math.min(remaining, partLength)
    if (!socket.write(part) && socket.writableNeedDrain) await once(socket, 'drain')
  }
  if (framing === 'chunked') socket.write('0\r\n\r\n')
}

function frame(framing: 'chunked' | 'length', part: Buffer): Buffer {
  if (framing === 'length') return part
  return Buffer.concat([Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from('\r\n')])
}

/** Sets the reader of the connection, and the function that gets the reader's errors. */
type Receive = (read: (chunk: Buffer) => void, reject: (error: unknown) => void) => void

async function transferRepeatedly(
  url: string,
  length: number,
  times: number,
  transfer: (socket: Socket, receive: Receive) => Promise<void>,
): Promise<LoadResult> {
  const { socket, receive, failure } = await open(url)
  const latencies: number[] = []
  try {
    for (let turn = 0; turn < times; turn++) {
      const started = performance.now()
      const timeout = AbortSignal.timeout(limit)
      await Promise.race([transfer(socket, receive), failure, once(timeout, 'abort').then(tooLate)])
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

/** A connection that reuses one buffer for reading. At these rates, new buffers would be most of a reader's cost. */
async function open(url: string): Promise<{ socket: Socket; receive: Receive; failure: Promise<never> }> {
  const { hostname, port } = new URL(url)
  let reader: (chunk: Buffer) => void = () => {}
  let onError: (error: unknown) => void = () => {}
  function callback(size: number, buffer: Uint8Array): boolean {
    try {
      reader(Buffer.from(buffer.buffer, buffer.byteOffset, size))
    } catch (error) {
      onError(error)
    }
    return true
  }
  const onread = { buffer: Buffer.allocUnsafeSlow(partLength), callback }
  const socket = connect({ host: hostname, port: Number(port), noDelay: true, onread })
  const failure = new Promise<never>((_, reject) => {
    socket.on('error', reject)
    socket.on('close', () => reject(new Error('a connection ended in the middle of a transfer')))
  })
  failure.catch(() => undefined)
  await Promise.race([once(socket, 'connect'), failure])
  const receive: Receive = (read, reject) => {
    reader = read
    onError = reject
  }
  return { socket, receive, failure }
}
