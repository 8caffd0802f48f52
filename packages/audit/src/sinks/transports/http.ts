import { Agent, request } from 'undici'
import { visibleText } from '../../visible-text.ts'
import { SinkBusy, SinkRefused } from '../transport.ts'

export interface HttpOptions {
  readonly url: string
  /** PEM: the only authorities that may have signed the other side's certificate; null: those that Node knows. */
  readonly ca: string | null
}

export interface HttpPoster {
  /**
   * Sends a body and reads at most 64 KiB of the answer. No redirect is followed: what is sent is for this address alone.
   *
   * @throws SinkRefused for 400, 413 and 422, which are about the body; SinkBusy for `Retry-After`
   */
  post(body: string | Uint8Array, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<HttpAnswer>
  close(): Promise<void>
}

export interface HttpAnswer {
  readonly contentType: string
  readonly body: Buffer
}

const mostAnswer = 64 * 1024
const longestPause = 60_000
const aboutTheBody: readonly number[] = [400, 413, 422]

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
      const answer = await request(url, {
        dispatcher: agent,
        method: 'POST',
        signal,
        headers: { 'user-agent': 'rack-gateway', ...headers },
        body,
      })
      const contentType = String(answer.headers['content-type'] ?? '')
      const taken = answer.statusCode >= 200 && answer.statusCode < 300
      const text = await firstBytes(answer.body).catch((error: unknown) => {
        // It has said that it took them; what it meant to say beside that is lost.
        if (taken) return Buffer.alloc(0)
        throw error
      })
      if (taken) return { contentType, body: text }
      throw failureOf(answer.statusCode, answer.headers['retry-after'], text)
    },
    close: () => agent.destroy(),
  }
}

async function firstBytes(body: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of body) {
    chunks.push(chunk.subarray(0, mostAnswer - size))
    size += chunk.length
    // Leaving the loop destroys the stream, and with it the connection.
    if (size >= mostAnswer) break
  }
  return Buffer.concat(chunks)
}

function failureOf(status: number, retryAfter: string | string[] | undefined, body: Buffer): Error {
  if (aboutTheBody.includes(status)) {
    const said = visibleText(body.toString('utf8', 0, 200)).trim()
    return new SinkRefused(`it answers ${status}${said === '' ? '' : `: ${said}`}`)
  }
  const message =
    status >= 300 && status < 400
      ? `it answers ${status}, and redirects are not followed: give the address that it leads to`
      : `it answers ${status}`
  const pause = pauseOf(retryAfter)
  return pause > 0 ? new SinkBusy(message, pause) : new Error(message)
}

/** Milliseconds; a date is not understood, and means none. */
function pauseOf(retryAfter: string | string[] | undefined): number {
  const text = String(retryAfter ?? '')
  return /^\d{1,9}$/.test(text) ? Math.min(Number(text) * 1_000, longestPause) : 0
}
