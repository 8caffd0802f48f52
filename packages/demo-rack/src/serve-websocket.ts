import { type IncomingMessage, type Server, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { WebSocketRoute } from './calls/call.ts'
import type { PlannedFault } from './faults.ts'
import { generatedBytes } from './generated-bytes.ts'
import { sendResponse } from './send-response.ts'
import { serveRequest } from './serve-http.ts'
import { type RoutedRequest, routeRequest, type Serving, toCall, withRackHeaders } from './serving.ts'
import { hasValidCredentials } from './wire/credentials.ts'
import { acceptedUpgrade, upgradeRefusal } from './wire/handshake.ts'
import type { RackResponse } from './wire/response.ts'
import { readUpgradeBody } from './wire/upgrade-body.ts'
import { createWebSocketStream, type WebSocketStream } from './wire/websocket.ts'

/** An upgrade request from Node. The bytes after its headers are not parsed. */
interface Upgrade {
  readonly message: IncomingMessage
  readonly socket: Duplex
  readonly head: Buffer
}

/** An upgrade of an HTTP route gets the usual response, and then the connection ends. */
export function serveWebSockets(server: Server, serving: Serving): void {
  server.on('upgrade', (message, socket, head) => {
    socket.on('error', () => socket.destroy())
    const routed = routeRequest(serving, message)
    const route = routed.match.found === 'route' ? routed.match.route : null
    const serve =
      route?.kind === 'websocket'
        ? serveWebSocket(serving, routed, route, { message, socket, head })
        : serveUpgradeOfHttpRoute(serving, routed, { message, socket, head })
    serve.catch(() => socket.destroy())
  })
}

async function serveUpgradeOfHttpRoute(
  serving: Serving,
  routed: RoutedRequest,
  { message, socket, head }: Upgrade,
): Promise<void> {
  const { body } = await readUpgradeBody(message.rawHeaders, socket, head, 'any')
  await serveRequest(serving, routed, once(body), responseOn(message, socket))
}

async function serveWebSocket(
  serving: Serving,
  routed: RoutedRequest,
  route: WebSocketRoute,
  { message, socket, head }: Upgrade,
): Promise<void> {
  const { fault, request } = routed
  if (fault?.fault.kind === 'hang') await fault.released
  if (fault?.fault.kind === 'reset') return void (socket instanceof Socket && socket.resetAndDestroy())
  const refusal = respondInstead(fault) ?? upgradeRefusal(request.rawHeaders)
  if (refusal !== null) {
    request.status = refusal.status
    return sendResponse(responseOn(message, socket), withRackHeaders(serving, refusal), null)
  }
  // Like the rack's form parser, reads only a multipart body. Any other bytes before the 101 end the connection.
  const { body, rest } = await readUpgradeBody(request.rawHeaders, socket, head, 'multipart')
  if (rest.length > 0) return void socket.destroy()
  request.body = { bytes: body, length: body.length, sha256: null }
  request.status = 101
  request.authenticated = hasValidCredentials(request.rawHeaders, serving.rack.token)
  const call = toCall(serving, routed, route, { whole: body, stream: once(Buffer.alloc(0)) })
  socket.write(acceptedUpgrade(request.rawHeaders))
  const stream = withFault(createWebSocketStream(socket), socket, fault)
  try {
    if (!request.authenticated) throw new Error('invalid authentication')
    if (routed.largeSize !== null) {
      stream.input() // from here on, pings are answered and no input is lost
      await stream.sendOne(routed.largeSize, generatedBytes(routed.largeSize))
    }
    await route.handle(call, stream)
  } catch (error) {
    await stream.send(`ERROR: ${error instanceof Error ? error.message : String(error)}\n`)
  }
  stream.end()
}

function respondInstead(planned: PlannedFault | null): RackResponse | null {
  if (planned?.fault.kind !== 'answer') return null
  const { status, headers = [], body = '' } = planned.fault
  return { status, headers, body: Buffer.from(body) }
}

function withFault(stream: WebSocketStream, socket: Duplex, planned: PlannedFault | null): WebSocketStream {
  const fault = planned?.fault
  if (fault?.kind === 'extra') socket.write(Buffer.from(fault.bytes, 'latin1'))
  if (fault?.kind !== 'cut' && fault?.kind !== 'stall') return stream
  let left = fault.after
  return {
    ...stream,
    async send(data) {
      const bytes = Buffer.from(data)
      if (bytes.length < left) {
        left -= bytes.length
        return stream.send(bytes)
      }
      await stream.send(bytes.subarray(0, left))
      if (fault.kind === 'cut') return void socket.destroy()
      await planned?.released
      await stream.send(bytes.subarray(left))
      left = Number.POSITIVE_INFINITY
    },
  }
}

function responseOn(message: IncomingMessage, socket: Duplex): ServerResponse {
  const response = new ServerResponse(message)
  if (socket instanceof Socket) response.assignSocket(socket)
  response.once('finish', () => socket.end())
  return response
}

async function* once(bytes: Buffer): AsyncGenerator<Buffer> {
  if (bytes.length > 0) yield bytes
}
