import type { Duplex } from 'node:stream'
import { firstHeader, type RawHeaders } from './headers.ts'
import { readMediaType } from './media-type.ts'

const largestBody = 1024 * 1024

/**
 * The body of an upgrade request, which Node leaves on the socket. Without a Content-Length, there is no body.
 *
 * @param which `multipart` leaves any other body unread in `rest`
 * @throws Error if the Content-Length is invalid or larger than 1 MiB, or if the connection ends in the body
 */
export async function readUpgradeBody(
  headers: RawHeaders,
  socket: Duplex,
  head: Buffer,
  which: 'any' | 'multipart',
): Promise<{ body: Buffer; rest: Buffer }> {
  const { type } = readMediaType(firstHeader(headers, 'content-type') ?? '')
  const length = Number(firstHeader(headers, 'content-length') ?? '0')
  if (length === 0 || (which === 'multipart' && type !== 'multipart/form-data'))
    return { body: Buffer.alloc(0), rest: head }
  if (!(length <= largestBody)) throw new Error('the body is too large')
  let read = head
  while (read.length < length) read = Buffer.concat([read, await nextChunk(socket)])
  return { body: read.subarray(0, length), rest: read.subarray(length) }
}

function nextChunk(socket: Duplex): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const onData = (chunk: Buffer) => {
      socket.pause()
      socket.off('close', onClose)
      resolve(chunk)
    }
    const onClose = () => {
      socket.off('data', onData)
      reject(new Error('the connection ended in the body'))
    }
    socket.once('data', onData)
    socket.once('close', onClose)
    socket.resume()
  })
}
