import { RackError } from '../errors/rack-error.ts'
import { firstHeader, type RawHeaders } from './headers.ts'
import type { RackResponse } from './response.ts'

const plainText = 'text/plain; charset=utf-8'

/** Pretty-prints like Go's encoder: two spaces, a line break at the end, and escaped HTML characters. */
export function json(value: unknown): RackResponse {
  const body = Buffer.from(`${escaped(JSON.stringify(value, null, 2))}\n`)
  return { status: 200, headers: [['Content-Type', 'application/json']], body }
}

export function ok(): RackResponse {
  return { status: 200, headers: [['Content-Type', plainText]], body: Buffer.from('ok\n') }
}

/** An iterable is sent in chunks, because its length is unknown. */
export function binary(body: Buffer | AsyncIterable<Buffer>): RackResponse {
  return { status: 200, headers: [['Content-Type', 'application/octet-stream']], body }
}

export async function* oneChunk(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes
}

/** A response without headers and body, like the router's 404 and 405. */
export function bare(status: number): RackResponse {
  return { status, headers: [], body: Buffer.alloc(0) }
}

/** JSON only if the caller asks for JSON explicitly. */
export function failure(error: unknown, headers: RawHeaders): RackResponse {
  const status = error instanceof RackError ? error.status : 500
  const message = error instanceof Error ? error.message : String(error)
  if ((firstHeader(headers, 'accept') ?? '').includes('application/json')) {
    const body = Buffer.from(escaped(JSON.stringify({ error: message })))
    return { status, headers: [['Content-Type', 'application/json']], body }
  }
  return { status, headers: [['Content-Type', plainText]], body: Buffer.from(`${message}\n`) }
}

function escaped(text: string): string {
  return text.replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
