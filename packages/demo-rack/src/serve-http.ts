import type { Server, ServerResponse } from 'node:http'
import type { HttpRoute } from './calls/call.ts'
import { RackError } from './errors/rack-error.ts'
import { enlarge } from './large-responses.ts'
import { recordBody } from './received.ts'
import { sendResponse } from './send-response.ts'
import { badRequest, type RoutedRequest, routeRequest, type Serving, toCall, withRackHeaders } from './serving.ts'
import { hasValidCredentials } from './wire/credentials.ts'
import type { RackResponse } from './wire/response.ts'
import { bare, failure } from './wire/responses.ts'

const largestForm = 32 * 1024 * 1024

export function serveHttp(server: Server, serving: Serving): void {
  server.on('request', (message, response) => {
    const answering = serveRequest(serving, routeRequest(serving, message), message, response)
    answering.catch(() => message.socket.destroy())
  })
  server.on('clientError', (_error, socket) => {
    if (socket.writable)
      socket.end(
        'HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n400 Bad Request',
      )
    else socket.destroy()
  })
}

export async function serveRequest(
  serving: Serving,
  routed: RoutedRequest,
  body: AsyncIterable<Buffer>,
  response: ServerResponse,
): Promise<void> {
  const { fault } = routed
  const recorded = recordBody(routed.request, body)
  if (fault?.fault.kind === 'reset') return reset(response)
  if (fault?.fault.kind === 'hang') await fault.released
  const received = await responseTo(serving, routed, recorded)
  if (fault?.fault.kind === 'reset-after-effect') return reset(response)
  routed.request.status = received.status
  await sendResponse(response, received, fault)
  await drain(recorded)
}

async function responseTo(serving: Serving, routed: RoutedRequest, body: AsyncIterable<Buffer>): Promise<RackResponse> {
  const { fault, match, request } = routed
  if (fault?.fault.kind === 'answer') {
    const { status, headers = [], body: content = '' } = fault.fault
    return { status, headers, body: Buffer.from(content) }
  }
  if (match.found === 'bad-target') return badRequest
  if (match.found !== 'route') return bare(match.found === 'no-method' ? 405 : 404)
  const { route } = match
  if (route.kind !== 'http') return bare(404)
  request.authenticated = hasValidCredentials(request.rawHeaders, serving.rack.token)
  try {
    if (!request.authenticated && route.path !== '/check') throw new RackError(401, 'invalid authentication')
    return withRackHeaders(serving, enlarge(await handle(serving, routed, route, body), routed.largeSize))
  } catch (error) {
    return withRackHeaders(serving, failure(error, request.rawHeaders))
  }
}

async function handle(
  serving: Serving,
  routed: RoutedRequest,
  route: HttpRoute,
  body: AsyncIterable<Buffer>,
): Promise<RackResponse> {
  if (route.body === 'raw')
    return route.handle(toCall(serving, routed, route, { whole: Buffer.alloc(0), stream: body }))
  const whole = await readWhole(body)
  return route.handle(toCall(serving, routed, route, { whole, stream: nothing() }))
}

async function readWhole(body: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of body) {
    if (length < largestForm) chunks.push(chunk)
    length += chunk.length
  }
  return Buffer.concat(chunks)
}

async function drain(body: AsyncIterable<Buffer>): Promise<void> {
  for await (const _chunk of body);
}

async function* nothing(): AsyncGenerator<Buffer> {}

function reset(response: ServerResponse): void {
  const { socket } = response
  if (socket !== null && 'resetAndDestroy' in socket) socket.resetAndDestroy()
}
