import { randomBytes } from 'node:crypto'
import { type ClientRequest, type IncomingMessage, request as openRequest } from 'node:http'
import type { Socket } from 'node:net'
import type { Dial } from './dial.ts'
import {
  CallerGone,
  RackBroken,
  RackNotPinned,
  RackRejectsGateway,
  RackUnreachable,
  UnsafeHandshake,
} from './errors.ts'
import { failureReason, variableSuffix } from './failure-reasons.ts'
import { responseHead } from './headers.ts'
import { RackResponse } from './rack-response.ts'
import type { CallSignal, RackContact, UpstreamRequest, UpstreamUpgrade } from './types.ts'
import { acceptKey } from './websocket.ts'

export interface WebsocketOptions {
  readonly rack: string
  readonly url: URL
  /** Has its own timeout. The wait for the rack's response has none: it ends when `signal` aborts. */
  readonly dial: Dial
  readonly authorization: string
  readonly maxHeaderSize: number
  readonly onContact: (contact: RackContact) => void
  readonly request: UpstreamRequest
  readonly signal: CallSignal
}

/**
 * Opens a new connection for the websocket. Sends `Upgrade` in the only spelling that a rack's router accepts. Sends no
 * Origin, extension, or subprotocol.
 *
 * @throws RackUnreachable or RackNotPinned before the handshake was sent; RackRejectsGateway for the status 401;
 *   RackBroken when the connection breaks or the response is invalid; UnsafeHandshake when Node rejects a header;
 *   CallerGone when the signal aborts
 * @see RFC 6455, section 4.1
 */
export function openWebsocket(options: WebsocketOptions): Promise<UpstreamUpgrade> {
  const { rack, signal, dial } = options
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(new CallerGone(rack))
      return
    }
    const onAbort = { handleEvent: () => void connecting.destroy(new CallerGone(rack)) }
    const stopListening = () => signal.removeEventListener('abort', onAbort)
    signal.addEventListener('abort', onAbort)

    const connecting = dial((error, socket) => {
      if (error === null) {
        performHandshake(options, socket, stopListening).then(resolve, reject)
        return
      }
      stopListening()
      if (!(error instanceof CallerGone)) options.onContact('unreachable')
      const isSpecific = error instanceof CallerGone || error instanceof RackNotPinned
      reject(isSpecific ? error : new RackUnreachable(rack, failureReason(error, rack)))
    })
  })
}

/** @param stopListening removes the listener of the signal; called when the signal cannot change the result anymore */
function performHandshake(
  options: WebsocketOptions,
  socket: Socket,
  stopListening: () => void,
): Promise<UpstreamUpgrade> {
  const { rack, onContact } = options
  return new Promise((resolve, reject) => {
    const key = randomBytes(16).toString('base64')
    const handshake = writeHandshake(options, socket, key)
    if (handshake === null) {
      stopListening()
      socket.destroy()
      reject(new UnsafeHandshake(rack))
      return
    }
    handshake.on('error', (error) => {
      stopListening()
      reject(error instanceof CallerGone ? error : new RackBroken(rack, failureReason(error, rack)))
    })
    handshake.on('response', (response) => {
      onContact(response.statusCode === 401 ? 'rejected' : 'answered')
      if (response.statusCode === 401) {
        stopListening()
        response.destroy()
        reject(new RackRejectsGateway(rack, variableSuffix(rack)))
        return
      }
      if ((response.statusCode ?? 502) < 300) {
        stopListening()
        response.destroy()
        reject(new RackBroken(rack, 'it answered the websocket handshake with an ordinary response'))
        return
      }
      handshake.once('close', stopListening)
      resolve({ upgraded: false, response: responseOf(options, handshake, response) })
    })
    handshake.on('upgrade', (response, _socket, head) => {
      stopListening()
      onContact('answered')
      const problem = handshakeProblem(response, key)
      if (problem === null) {
        const { headers } = responseHead(response.rawHeaders)
        resolve({ upgraded: true, socket, head, accept: acceptKey(key), headers })
      } else {
        socket.destroy()
        reject(new RackBroken(rack, problem))
      }
    })
  })
}

/** Sends header values as latin1. Null if Node rejects the path or a header, for example because of a line break. */
function writeHandshake(options: WebsocketOptions, socket: Socket, key: string): ClientRequest | null {
  const { url, request, authorization, maxHeaderSize } = options
  const headers = [
    ...['Host', url.host],
    ...['Upgrade', 'websocket'],
    ...['Connection', 'Upgrade'],
    ...['Sec-WebSocket-Version', '13'],
    ...['Sec-WebSocket-Key', key],
    ...['Authorization', authorization],
    ...request.headers,
  ]
  try {
    const path = request.target
    const handshake = openRequest({ method: 'GET', path, headers, maxHeaderSize, createConnection: () => socket })
    handshake.end()
    return handshake
  } catch {
    return null
  }
}

function handshakeProblem({ statusCode, headers }: IncomingMessage, key: string): string | null {
  if (statusCode !== 101) return 'it answered the websocket handshake without status 101'
  if (headers.upgrade?.toLowerCase() !== 'websocket') return 'it switched to another protocol'
  if (headers['sec-websocket-accept'] !== acceptKey(key))
    return "its websocket response does not match the gateway's request"
  if (headers['sec-websocket-extensions'] !== undefined) return 'it selected a websocket extension that was not offered'
  if (headers['sec-websocket-protocol'] !== undefined) return 'it selected a subprotocol that was not offered'
  return null
}

function responseOf(
  { rack, signal }: WebsocketOptions,
  handshake: ClientRequest,
  incoming: IncomingMessage,
): RackResponse {
  const source = {
    pause: () => void incoming.pause(),
    resume: () => void incoming.resume(),
    abort: (reason: Error) => void incoming.destroy(reason),
  }
  const { statusCode = 502, statusMessage = '' } = incoming
  const response = new RackResponse(rack, source, statusCode, statusMessage, responseHead(incoming.rawHeaders))
  incoming.on('data', (chunk: Buffer) => response.push(chunk))
  incoming.on('end', () => {
    response.finish()
    handshake.destroy()
  })
  incoming.on('error', (error) => {
    response.break(signal.aborted ? new CallerGone(rack) : new RackBroken(rack, failureReason(error, rack)))
  })
  return response
}
