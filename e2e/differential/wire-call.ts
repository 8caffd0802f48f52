import { basicAuthorization } from '@rack-gateway/testing/authorization'
import type { System } from '../support/gateway/system.ts'

/** A request as bytes: one character stands for one byte in all of it. */
export interface WireCall {
  readonly method: string
  readonly target: string
  /** In the order in which they are sent, after Host and the credential. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: string
  readonly websocket: boolean
  readonly chunked: boolean
}

export const plainCall: WireCall = {
  method: 'GET',
  target: '/apps?',
  headers: [],
  body: '',
  websocket: false,
  chunked: false,
}

const handshake: WireCall['headers'] = [
  ['Connection', 'Upgrade'],
  ['Upgrade', 'websocket'],
  ['Sec-WebSocket-Version', '13'],
  ['Sec-WebSocket-Key', 'dGhlIHNhbXBsZSBub25jZQ=='],
]

/** Everything after the credential, as `rawHeaders` will have it. */
export function headersOf({ headers, body, websocket, chunked }: WireCall): WireCall['headers'] {
  const framing: WireCall['headers'] = chunked
    ? [['Transfer-Encoding', 'chunked']]
    : body === ''
      ? []
      : [['Content-Length', String(body.length)]]
  return [...(websocket ? handshake : []), ...headers, ...framing]
}

export function bytesOfCall(call: WireCall, credential: string, tag: string): string {
  const lines = [
    `${call.method} ${call.target} HTTP/1.1`,
    'Host: gateway',
    `Authorization: ${basicAuthorization(credential)}`,
    `User-Agent: ${tag}`,
    ...headersOf(call).map(([name, value]) => `${name}: ${value}`),
  ]
  const body = call.chunked ? `${inChunks(call.body)}0\r\n\r\n` : call.body
  return `${lines.join('\r\n')}\r\n\r\n${body}`
}

function inChunks(body: string): string {
  const half = Math.ceil(body.length / 2)
  const parts = [body.slice(0, half), body.slice(half)].filter((part) => part !== '')
  return parts.map((part) => `${part.length.toString(16)}\r\n${part}\r\n`).join('')
}

/** The response's status; 0 where the connection ended without one. */
export async function statusOf(system: System, bytes: string): Promise<number> {
  try {
    return (await system.raw(bytes)).status
  } catch {
    return 0
  }
}
