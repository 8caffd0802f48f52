/** The body has no transfer coding. Each character of a text is one byte. */
export interface HttpMessage {
  readonly startLine: string
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: string
}

/** Ignores the case of the name. Null if there is no such header. */
export function headerOf(message: Pick<HttpMessage, 'headers'>, name: string): string | null {
  return message.headers.find(([headerName]) => headerName.toLowerCase() === name.toLowerCase())?.[1] ?? null
}

export function statusOf(message: Pick<HttpMessage, 'startLine'>): number {
  return Number(message.startLine.split(' ')[1])
}

/** Facts that the parser cannot read from the bytes of the message. */
export interface MessageContext {
  /** Whether no more bytes will come, which ends a body of unknown length. */
  readonly ended?: boolean
  /** The method of the request that a response answers: a response to HEAD has no body. */
  readonly method?: string
}

/**
 * Parses by hand, because tests of framing do not trust a client library.
 *
 * @returns null while the message is not complete
 */
export function parseMessage(
  bytes: string,
  context: MessageContext = {},
): { message: HttpMessage; rest: string } | null {
  const headEnd = bytes.indexOf('\r\n\r\n')
  if (headEnd === -1) return null
  const [startLine = '', ...lines] = bytes.slice(0, headEnd).split('\r\n')
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(':')
    return [line.slice(0, colon), line.slice(colon + 1).trim()]
  })
  const found = readBody({ startLine, headers }, bytes.slice(headEnd + 4), context)
  return found === null ? null : { message: { startLine, headers, body: found.body }, rest: found.rest }
}

function readBody(
  head: Pick<HttpMessage, 'startLine' | 'headers'>,
  bytes: string,
  { ended, method }: MessageContext,
): { body: string; rest: string } | null {
  const status = /^HTTP\/1\.\d (\d+)/.exec(head.startLine)?.[1]
  const hasNoBody = status !== undefined && (method === 'HEAD' || /^(?:1..|204|304)$/.test(status))
  if (hasNoBody) return { body: '', rest: bytes }
  if (headerOf(head, 'transfer-encoding') === 'chunked') return readChunks(bytes)
  const length = headerOf(head, 'content-length')
  if (length === null && status !== undefined) return ended === true ? { body: bytes, rest: '' } : null
  const size = Number(length ?? '0')
  return bytes.length < size ? null : { body: bytes.slice(0, size), rest: bytes.slice(size) }
}

function readChunks(bytes: string): { body: string; rest: string } | null {
  const chunks: string[] = []
  for (let at = 0; ; ) {
    const lineEnd = bytes.indexOf('\r\n', at)
    if (lineEnd === -1) return null
    const size = Number.parseInt(bytes.slice(at, lineEnd), 16)
    const chunkEnd = lineEnd + 2 + size
    if (bytes.length < chunkEnd + 2) return null
    chunks.push(bytes.slice(lineEnd + 2, chunkEnd))
    at = chunkEnd + 2
    if (size === 0) return { body: chunks.join(''), rest: bytes.slice(at) }
  }
}

/** Replaces the value of `Content-Length` with the length of the body. */
export function writeMessage({ startLine, headers, body }: HttpMessage): string {
  const fitted = headers.map(([name, value]) =>
    name.toLowerCase() === 'content-length' ? `${name}: ${body.length}` : `${name}: ${value}`,
  )
  return `${[startLine, ...fitted].join('\r\n')}\r\n\r\n${body}`
}

/**
 * Adds only `Host` and `Content-Length`.
 *
 * @param start method and target: `GET /apps`
 * @param headers lines, such as `Accept: text/plain`. `Host: gateway` is added if no line is a `Host`
 * @param body one character for each byte
 */
export function writeRequest(start: string, headers: readonly string[] = [], body = ''): string {
  const host = headers.some((line) => /^host:/i.test(line)) ? [] : ['Host: gateway']
  const length = body === '' ? [] : [`Content-Length: ${body.length}`]
  return `${[`${start} HTTP/1.1`, ...host, ...headers, ...length].join('\r\n')}\r\n\r\n${body}`
}
