import { Agent, request } from 'undici'
import { visibleText } from '../../events/visible-text.ts'
import { SinkBusy, SinkRejected } from './transport.ts'

export interface HttpOptions {
  readonly url: string
  /** PEM of the only trusted authorities; null for Node's own list. */
  readonly ca: string | null
}

export interface HttpPoster {
  /**
   * Reads at most 64 KiB of the response. Follows no redirect, because the content is only for this URL.
   *
   * @throws SinkRejected for 400, 413, and 422, which concern the body
   * @throws SinkBusy for another failure with `Retry-After` in seconds
   * @throws Error for any other failure
   */
  post(body: string | Uint8Array, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<HttpResponse>
  close(): Promise<void>
}

export interface HttpResponse {
  readonly contentType: string
  readonly body: Buffer
}

const maxResponseBytes = 64 * 1024
const maxPause = 60_000
const bodyErrors: readonly number[] = [400, 413, 422]

export function createHttpPoster({ url, ca }: HttpOptions): HttpPoster {
  const agent = new Agent({
    connections: 1,
    pipelining: 1,
    allowH2: false,
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: { timeout: 10_000, ...(ca === null ? {} : { ca }) },
  })
  return {
    async post(body, headers, signal) {
      const response = await request(url, {
        dispatcher: agent,
        method: 'POST',
        signal,
        headers: { 'user-agent': 'rack-gateway', ...headers },
        body,
      })
      const contentType = String(response.headers['content-type'] ?? '')
      const isAccepted = response.statusCode >= 200 && response.statusCode < 300
      const text = await firstBytes(response.body).catch((error: unknown) => {
        // A success status counts even if the response body breaks off.
        if (isAccepted) return Buffer.alloc(0)
        throw error
      })
      if (isAccepted) return { contentType, body: text }
      throw failureOf(response.statusCode, response.headers['retry-after'], text)
    },
    close: () => agent.destroy(),
  }
}

async function firstBytes(body: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of body) {
    chunks.push(chunk.subarray(0, maxResponseBytes - size))
    size += chunk.length
    // Leaving the loop closes the stream and the connection.
    if (size >= maxResponseBytes) break
  }
  return Buffer.concat(chunks)
}

function failureOf(status: number, retryAfter: string | string[] | undefined, body: Buffer): Error {
  if (bodyErrors.includes(status)) {
    const text = visibleText(body.toString('utf8', 0, 200)).trim()
    return new SinkRejected(`it answers ${status}${text === '' ? '' : `: ${text}`}`)
  }
  const message =
    status >= 300 && status < 400
      ? `it answers ${status}, and redirects are not followed: configure the address that it redirects to`
      : `it answers ${status}`
  const pause = pauseOf(retryAfter)
  return pause > 0 ? new SinkBusy(message, pause) : new Error(message)
}

/** The value of `Retry-After` in milliseconds. Dates are not supported and count as 0. */
function pauseOf(retryAfter: string | string[] | undefined): number {
  const text = String(retryAfter ?? '')
  return /^\d{1,9}$/.test(text) ? Math.min(Number(text) * 1_000, maxPause) : 0
}
