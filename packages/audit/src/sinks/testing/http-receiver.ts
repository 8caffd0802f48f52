import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { Socket } from 'node:net'
import { selfSignedIdentity } from '@rack-gateway/testing/certificates'
import { listen } from '@rack-gateway/testing/server'
import { onTestFinished } from 'vitest'

export interface ReceivedRequest {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export type Responder = (request: ReceivedRequest, response: ServerResponse, socket: Socket) => void

/** A server with scripted answers, closed when the test ends. */
export async function startHttpReceiver({
  respond = respondWith(200),
  tls = false,
}: {
  readonly respond?: Responder
  readonly tls?: boolean
} = {}) {
  const received: ReceivedRequest[] = []
  const responses: Responder[] = []
  async function onRequest(request: IncomingMessage, response: ServerResponse) {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const { url = '', headers, socket } = request
    const complete = { path: url, headers, body: Buffer.concat(chunks).toString() }
    received.push(complete)
    const next = responses.shift() ?? respond
    next(complete, response, socket)
  }
  const listener = (request: IncomingMessage, response: ServerResponse) =>
    void onRequest(request, response).catch(() => response.destroy())
  const server = await listen(tls ? createTlsServer(selfSignedIdentity, listener) : createServer(listener))
  onTestFinished(server.close)
  return {
    url: tls ? server.url.replace('http:', 'https:') : server.url,
    received,
    /** Sets the responses of the next requests, one each. */
    next(...scripted: readonly Responder[]) {
      responses.push(...scripted)
    },
  }
}

export function respondWith(status: number, body = '', headers: Readonly<Record<string, string>> = {}): Responder {
  return (_request, response) => void response.writeHead(status, headers).end(body)
}

export const hang: Responder = () => {}

/** Breaks the connection in the middle of a response. */
export const breakOff: Responder = (_request, response, socket) => {
  response.writeHead(500, { 'content-length': '100' })
  response.write('half', () => socket.destroy())
}

export function idsIn({ body }: ReceivedRequest): string[] {
  const { events }: { events: { id: string }[] } = JSON.parse(body)
  return events.map(({ id }) => id)
}
