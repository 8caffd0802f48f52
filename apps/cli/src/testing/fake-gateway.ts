import { createServer } from 'node:http'
import type { Socket } from 'node:net'
import { json } from 'node:stream/consumers'
import { listen } from '@rack-gateway/testing/server'
import { encodeFrame, opcodes } from '@rack-gateway/testing/websocket'

export interface FakeResponse {
  readonly status: number
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  /** Delays the response until this resolves. */
  readonly delay?: Promise<unknown>
  /** Accepts a WebSocket, and sends the body as its only message. */
  readonly websocket?: boolean
  /** The response to POST, if it differs. */
  readonly post?: FakeResponse
}

export interface FakeGateway {
  readonly url: string
  response: FakeResponse
  /** `Authorization` and path of each request. */
  readonly requests: { readonly authorization: string | undefined; readonly path: string | undefined }[]
  /** Path and parsed JSON of each request with JSON, in the order of the responses. */
  readonly bodies: { readonly path: string | undefined; readonly body: unknown }[]
  close(): Promise<void>
}

/** All requests get the same response, apart from the paths in `byPath`. A matching ETag gets status 304. */
export async function startFakeGateway(
  initialResponse: FakeResponse,
  byPath: Readonly<Record<string, FakeResponse>> = {},
): Promise<FakeGateway> {
  const requests: { authorization: string | undefined; path: string | undefined }[] = []
  const bodies: { path: string | undefined; body: unknown }[] = []
  const server = createServer((request, response) => {
    requests.push({ authorization: request.headers.authorization, path: request.url })
    const found = byPath[request.url ?? ''] ?? gateway.response
    const received = (request.method === 'POST' ? found.post : undefined) ?? found
    const isJson = request.headers['content-type'] === 'application/json'
    if (!isJson) request.resume()
    void Promise.all([received.delay, isJson ? json(request) : undefined]).then(([, body]) => {
      if (isJson) bodies.push({ path: request.url, body })
      const { etag } = received.headers ?? {}
      if (etag !== undefined && request.headers['if-none-match'] === etag) {
        response.writeHead(304, { ...received.headers }).end()
        return
      }
      response.writeHead(received.status, { 'content-type': 'application/json', ...received.headers })
      response.end(typeof received.body === 'string' ? received.body : JSON.stringify(received.body ?? {}))
    })
  })
  if (Object.values(byPath).some(({ websocket }) => websocket))
    server.on('upgrade', ({ url = '', headers }, socket: Socket) => {
      const { body, websocket } = byPath[url] ?? gateway.response
      if (!websocket) return void socket.destroy()
      requests.push({ authorization: headers.authorization, path: url })
      const message = Buffer.from(JSON.stringify(body))
      socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n')
      socket.end(encodeFrame({ opcode: opcodes.text, payload: message }))
    })
  const { url, close } = await listen(server)
  const gateway: FakeGateway = { url, requests, bodies, response: initialResponse, close }
  return gateway
}
