import type { ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { gzipSync } from 'node:zlib'
import type { PlannedFault } from './faults.ts'
import type { RackResponse } from './wire/response.ts'

/** A rack sends no Connection header, and a Content-Length only if it knows the length. */
export async function sendResponse(
  response: ServerResponse,
  content: RackResponse,
  planned: PlannedFault | null,
): Promise<void> {
  const fault = planned?.fault
  const sent = fault?.kind === 'gzip' ? await compress(content) : content
  const headers = sent.headers.flat()
  const length =
    Buffer.isBuffer(sent.body) && !hasHeader(sent, 'content-length') ? ['Content-Length', String(sent.body.length)] : []
  response.removeHeader('Connection')
  if (!hasHeader(sent, 'transfer-encoding')) headers.push(...length)
  response.writeHead(sent.status, headers)
  if (fault?.kind === 'cut' || fault?.kind === 'stall') return sendPart(response, sent, fault, planned?.released)
  const { socket } = response
  if (Buffer.isBuffer(sent.body)) response.end(sent.body)
  else await pipeline(Readable.from(sent.body), response)
  if (fault?.kind === 'extra') socket?.write(Buffer.from(fault.bytes, 'latin1'))
}

async function sendPart(
  response: ServerResponse,
  { body }: RackResponse,
  fault: { kind: 'cut' | 'stall'; after: number },
  released: Promise<void> | undefined,
): Promise<void> {
  response.flushHeaders()
  let left = fault.after
  let interrupted = false
  for await (const chunk of chunksOf(body)) {
    await write(response, interrupted ? chunk : chunk.subarray(0, left))
    left -= chunk.length
    if (interrupted || left > 0) continue
    if (fault.kind === 'cut') break
    await released
    interrupted = true
    await write(response, chunk.subarray(chunk.length + left))
  }
  if (fault.kind === 'cut') response.socket?.destroy()
  else response.end()
}

function write(response: ServerResponse, bytes: Buffer): Promise<void> {
  return new Promise((resolve) => {
    response.write(bytes, () => resolve())
  })
}

async function* chunksOf(body: RackResponse['body']): AsyncGenerator<Buffer> {
  if (Buffer.isBuffer(body)) yield body
  else yield* body
}

async function compress(content: RackResponse): Promise<RackResponse> {
  const body = gzipSync(await collect(content.body))
  return { ...content, headers: [...content.headers, ['Content-Encoding', 'gzip']], body }
}

async function collect(body: RackResponse['body']): Promise<Buffer> {
  if (Buffer.isBuffer(body)) return body
  const chunks: Buffer[] = []
  for await (const chunk of body) chunks.push(chunk)
  return Buffer.concat(chunks)
}

function hasHeader({ headers }: RackResponse, name: string): boolean {
  return headers.some(([given]) => given.toLowerCase() === name)
}
