import { createHash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'

const websocketGuid = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'

/** 16 bytes in base64. The last character before `==` has only two significant bits. */
const handshakeKey = /^[A-Za-z0-9+/]{21}[AQgw]==$/

/** `Sec-WebSocket-Accept` for a `Sec-WebSocket-Key`. */
export function acceptKey(key: string): string {
  return createHash('sha1')
    .update(key + websocketGuid)
    .digest('base64')
}

export type Handshake =
  | { readonly ok: true; readonly key: string }
  | { readonly ok: false; readonly status: 400 | 426; readonly reason: string }

/**
 * A rack's router compares `Upgrade` with `websocket`, case-sensitively. Node also emits `upgrade` for h2c, and for
 * requests with a body. The relay would read that body as frames.
 *
 * @see RFC 6455, section 4.2.1
 */
export function readHandshake(request: Pick<IncomingMessage, 'method' | 'headers' | 'httpVersion'>): Handshake {
  const { method, headers, httpVersion } = request
  if (method !== 'GET' || httpVersion !== '1.1')
    return rejected('A websocket handshake must be a GET request over HTTP/1.1.')
  if (headers.upgrade !== 'websocket') return rejected('The Upgrade header must be websocket, in lower case.')
  if (!includesUpgrade(headers.connection))
    return rejected('The Connection header of a websocket must contain Upgrade.')
  if (hasBody(headers)) return rejected('A websocket handshake must not have a body.')
  if (headers['sec-websocket-version'] !== '13') {
    return { ok: false, status: 426, reason: 'The websocket version must be 13.' }
  }
  const key = headers['sec-websocket-key'] ?? ''
  if (!handshakeKey.test(key)) return rejected('Sec-WebSocket-Key must be 16 bytes in base64.')
  return { ok: true, key }
}

function rejected(reason: string): Handshake {
  return { ok: false, status: 400, reason }
}

const httpToken = /^[ \t]*([!#$%&'*+.^_`|~\w-]+)[ \t]*$/

/** Reads the list as a rack does: a rack ignores items after an empty or invalid item. */
function includesUpgrade(connection: string | undefined): boolean {
  for (const item of (connection ?? '').split(',')) {
    const [, name] = httpToken.exec(item) ?? []
    if (name === undefined) return false
    if (name.toLowerCase() === 'upgrade') return true
  }
  return false
}

function hasBody(headers: IncomingMessage['headers']): boolean {
  if (headers['transfer-encoding'] !== undefined) return true
  const length = headers['content-length']
  return length !== undefined && length !== '0'
}

/** Accepts a handshake without extension and subprotocol. */
export function writeUpgrade(socket: Duplex, key: string): void {
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${acceptKey(key)}\r\n\r\n`,
    'latin1',
  )
}
