/** An HTTP message, its body without transfer coding. Bytes are held one per character. */
export interface Message {
  readonly startLine: string
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: string
}

/** The value of a header by its name in any case; null when there is none. */
export function headerOf(message: Pick<Message, 'headers'>, name: string): string | null {
  return message.headers.find(([given]) => given.toLowerCase() === name.toLowerCase())?.[1] ?? null
}

/** What the bytes alone don't say. */
export interface ReadContext {
  /** No more bytes will come: that ends a body of unknown length. */
  readonly ended?: boolean
  /** What the answer is to; an answer to HEAD has no body. */
  readonly method?: string
}

/** Reads one message from the front of `bytes`; null while it isn't all there. */
export function readMessage(bytes: string, context: ReadContext = {}): { message: Message; rest: string } | null {
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
  head: Pick<Message, 'startLine' | 'headers'>,
  after: string,
  { ended, method }: ReadContext,
): { body: string; rest: string } | null {
  const status = /^HTTP\/1\.\d (\d+)/.exec(head.startLine)?.[1]
  const bodiless = status !== undefined && (method === 'HEAD' || /^(?:1..|204|304)$/.test(status))
  if (bodiless) return { body: '', rest: after }
  if (headerOf(head, 'transfer-encoding') === 'chunked') return readChunks(after)
  const length = headerOf(head, 'content-length')
  if (length === null && status !== undefined) return ended === true ? { body: after, rest: '' } : null
  const size = Number(length ?? '0')
  return after.length < size ? null : { body: after.slice(0, size), rest: after.slice(size) }
}

function readChunks(bytes: string): { body: string; rest: string } | null {
  let body = ''
  let rest = bytes
  for (;;) {
    const lineEnd = rest.indexOf('\r\n')
    if (lineEnd === -1) return null
    const size = Number.parseInt(rest.slice(0, lineEnd), 16)
    const chunkEnd = lineEnd + 2 + size
    if (rest.length < chunkEnd + 2) return null
    body += rest.slice(lineEnd + 2, chunkEnd)
    rest = rest.slice(chunkEnd + 2)
    if (size === 0) return { body, rest }
  }
}

/** The message's bytes, its body as it is held; a Content-Length is made to fit. */
export function writeMessage({ startLine, headers, body }: Message): string {
  const fitted = headers.map(([name, value]) =>
    name.toLowerCase() === 'content-length' ? `${name}: ${body.length}` : `${name}: ${value}`,
  )
  return `${[startLine, ...fitted].join('\r\n')}\r\n\r\n${body}`
}
