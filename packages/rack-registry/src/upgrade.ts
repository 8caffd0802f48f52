import { randomBytes } from 'node:crypto'
import { type ClientRequest, type IncomingMessage, request as openRequest } from 'node:http'
import type { Socket } from 'node:net'
import { Answer } from './answer.ts'
import { causeInWords } from './causes.ts'
import type { Dial } from './dial.ts'
import { CallerGone, RackBroken, RackNotPinned, RackUnreachable, UnsafeHandshake } from './errors.ts'
import { answerHead } from './headers.ts'
import type { CallSignal, UpstreamRequest, UpstreamUpgrade } from './types.ts'
import { acceptKey } from './websocket.ts'

export interface WebsocketOptions {
  readonly rack: string
  readonly url: URL
  /** Has a limit of its own. The rack's answer has none: the caller's patience is the limit. */
  readonly dial: Dial
  readonly authorization: string
  readonly maxHeaderSize: number
  readonly request: UpstreamRequest
  readonly signal: CallSignal
}

/**
 * Opens a websocket on a connection of its own: own key, version 13, `Upgrade` in the one spelling that a rack's
 * router knows, no Origin, no extensions, no subprotocols.
 *
 * @throws RackUnreachable or RackNotPinned before the handshake was sent; RackBroken when its answer is none
 * @see RFC 6455, section 4.1
 */
export function openWebsocket(options: WebsocketOptions): Promise<UpstreamUpgrade> {
  const { rack, signal, dial } = options
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(new CallerGone(rack))
      return
    }
    const onAbort = { handleEvent: () => void dialled.destroy(new CallerGone(rack)) }
    const settle = () => signal.removeEventListener('abort', onAbort)
    signal.addEventListener('abort', onAbort)

    const dialled = dial((error, socket) => {
      if (error === null) {
        shakeHands(options, socket, settle).then(resolve, reject)
        return
      }
      settle()
      const known = error instanceof CallerGone || error instanceof RackNotPinned
      reject(known ? error : new RackUnreachable(rack, causeInWords(error, rack)))
    })
  })
}

/** @param settle called once the signal means nothing any more for what is returned */
function shakeHands(options: WebsocketOptions, socket: Socket, settle: () => void): Promise<UpstreamUpgrade> {
  const { rack } = options
  return new Promise((resolve, reject) => {
    const key = randomBytes(16).toString('base64')
    const handshake = writeHandshake(options, socket, key)
    if (handshake === null) {
      settle()
      socket.destroy()
      reject(new UnsafeHandshake(rack))
      return
    }
    handshake.on('error', (error) => {
      settle()
      reject(error instanceof CallerGone ? error : new RackBroken(rack, causeInWords(error, rack)))
    })
    handshake.on('response', (response) => {
      handshake.once('close', settle)
      resolve({ upgraded: false, answer: answerOf(options, handshake, response) })
    })
    handshake.on('upgrade', (response, _socket, head) => {
      settle()
      const problem = handshakeProblem(response, key)
      if (problem === null) {
        const { headers } = answerHead(response.rawHeaders)
        resolve({ upgraded: true, socket, head, accept: acceptKey(key), headers })
      } else {
        socket.destroy()
        reject(new RackBroken(rack, problem))
      }
    })
  })
}

/** Header values go out as latin1, byte for byte. Null when something in it could be read as more than one line. */
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
  if (statusCode !== 101) return 'it answered the websocket with another protocol'
  if (headers.upgrade?.toLowerCase() !== 'websocket') return 'it switched to another protocol'
  if (headers['sec-websocket-accept'] !== acceptKey(key)) return "its websocket answer is not for the gateway's request"
  if (headers['sec-websocket-extensions'] !== undefined) return 'it wants a websocket extension that was not offered'
  if (headers['sec-websocket-protocol'] !== undefined) return 'it wants a subprotocol that was not offered'
  return null
}

function answerOf({ rack, signal }: WebsocketOptions, handshake: ClientRequest, response: IncomingMessage): Answer {
  const source = {
    pause: () => void response.pause(),
    resume: () => void response.resume(),
    abort: (reason: Error) => void response.destroy(reason),
  }
  const { statusCode = 502, statusMessage = '' } = response
  const answer = new Answer(rack, source, statusCode, statusMessage, answerHead(response.rawHeaders))
  response.on('data', (chunk: Buffer) => answer.push(chunk))
  response.on('end', () => {
    answer.finish()
    handshake.destroy()
  })
  response.on('error', (error) => {
    answer.break(signal.aborted ? new CallerGone(rack) : new RackBroken(rack, causeInWords(error, rack)))
  })
  return answer
}
