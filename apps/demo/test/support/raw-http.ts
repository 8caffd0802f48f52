import type { Socket } from 'node:net'

/** One HTTP answer as it came over a socket, parsed by hand: tests of framing don't trust a client library. */
export interface RawAnswer {
  readonly status: number
  /** Lower-case names. */
  readonly headers: ReadonlyMap<string, string>
  readonly body: string
  /** The body's `error`, or the whole body. */
  readonly error: string
  /** The body as JSON, or null. */
  readonly json: unknown
}

/** Reads one answer, 1xx skipped. Rejects when the connection ends before it is whole. */
export function readAnswer(socket: Socket, headOnly: boolean): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    let bytes = Buffer.alloc(0)
    function look(ended: boolean): void {
      const answer = parseAnswer(bytes, headOnly, ended)
      if (answer) resolve(answer)
      else if (ended)
        reject(new Error(`the connection ended within an answer: ${bytes.toString('latin1').slice(0, 200)}`))
    }
    socket.on('data', (chunk) => {
      bytes = Buffer.concat([bytes, chunk])
      look(false)
    })
    socket.on('end', () => look(true))
    socket.on('close', () => look(true))
    socket.on('error', reject)
  })
}

function parseAnswer(bytes: Buffer, headOnly: boolean, ended: boolean): RawAnswer | null {
  const end = bytes.indexOf('\r\n\r\n')
  if (end === -1) return null
  const [statusLine = '', ...lines] = bytes.subarray(0, end).toString('latin1').split('\r\n')
  const status = Number(statusLine.split(' ')[1])
  const rest = bytes.subarray(end + 4)
  if (status >= 100 && status < 200 && status !== 101) return parseAnswer(rest, headOnly, ended)
  const headers = new Map(
    lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
  )
  const body =
    headOnly || status === 101 || status === 204 || status === 304 ? Buffer.alloc(0) : bodyOf(headers, rest, ended)
  if (body === null) return null
  const text = body.toString('utf8')
  const json = parseJson(text)
  return { status, headers, body: text, json, error: errorOf(json) ?? text }
}

function bodyOf(headers: ReadonlyMap<string, string>, rest: Buffer, ended: boolean): Buffer | null {
  if (headers.get('transfer-encoding') === 'chunked') return dechunk(rest)
  const length = headers.get('content-length')
  if (length === undefined) return ended ? rest : null
  return rest.length >= Number(length) ? rest.subarray(0, Number(length)) : null
}

function dechunk(bytes: Buffer): Buffer | null {
  const chunks: Buffer[] = []
  for (let at = 0; ; ) {
    const line = bytes.indexOf('\r\n', at)
    if (line === -1) return null
    const size = Number.parseInt(bytes.subarray(at, line).toString('latin1'), 16)
    if (size === 0) return bytes.indexOf('\r\n', line + 2) === -1 ? null : Buffer.concat(chunks)
    if (bytes.length < line + 2 + size + 2) return null
    chunks.push(bytes.subarray(line + 2, line + 2 + size))
    at = line + 2 + size + 2
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
