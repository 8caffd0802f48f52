import { once } from 'node:events'
import { connect } from 'node:net'

export interface RawAnswer {
  readonly status: number
  /** The whole head, names as sent. */
  readonly head: string
  readonly body: string
}

/** Sends these header lines as they are over a socket of its own, as no HTTP client would, and reads until the server closes. */
export async function sendRaw(port: number, path: string, headers: readonly string[]): Promise<RawAnswer> {
  const socket = connect(port, '127.0.0.1')
  const chunks: Buffer[] = []
  socket.on('data', (chunk: Buffer) => chunks.push(chunk))
  socket.write(
    [`GET ${path} HTTP/1.1`, 'Host: gateway', 'Connection: close', ...headers, '', ''].join('\r\n'),
    'latin1',
  )
  await once(socket, 'close')
  const [head = '', body = ''] = Buffer.concat(chunks).toString('latin1').split('\r\n\r\n')
  return { status: Number(head.split(' ')[1]), head, body }
}
