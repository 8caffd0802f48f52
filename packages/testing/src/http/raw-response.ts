import { type HttpMessage, statusOf } from './http-message.ts'
import { connectRaw, type RawConnection } from './raw-connection.ts'

export interface RawResponse {
  readonly status: number
  /** The names in lower case. */
  readonly headers: ReadonlyMap<string, string>
  /** The status line and the header lines, names as sent. */
  readonly head: string
  readonly body: string
  /** The body's `error`, or the whole body. */
  readonly error: string
  /** The body as JSON, or null. */
  readonly json: unknown
}

export async function sendRaw(url: URL | string, bytes: string | Buffer): Promise<RawResponse> {
  const connection = await connectRaw(url)
  try {
    connection.send(bytes)
    return await readResponse(connection, bytes.toString().startsWith('HEAD ') ? 'HEAD' : 'GET')
  } finally {
    connection.end()
  }
}

/** Skips interim responses. @throws Error if the connection ends before the response is complete */
export async function readResponse(connection: RawConnection, method?: string): Promise<RawResponse> {
  for (;;) {
    const message = await connection.nextMessage(method)
    const status = statusOf(message)
    if (status < 100 || status >= 200 || status === 101) return rawResponse(message)
  }
}

function rawResponse(message: HttpMessage): RawResponse {
  const body = Buffer.from(message.body, 'latin1').toString('utf8')
  const json = parseJson(body)
  return {
    status: statusOf(message),
    headers: new Map(message.headers.map(([name, value]) => [name.toLowerCase(), value])),
    head: [message.startLine, ...message.headers.map(([name, value]) => `${name}: ${value}`)].join('\r\n'),
    body,
    json,
    error: errorOf(json) ?? body,
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function errorOf(json: unknown): string | null {
  const error: unknown = typeof json === 'object' && json !== null ? Reflect.get(json, 'error') : null
  return typeof error === 'string' ? error : null
}
