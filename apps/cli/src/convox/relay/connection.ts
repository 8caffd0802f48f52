import { once } from 'node:events'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { isGatewayConnectionError } from '../../gateway/tls/gateway-connection-error.ts'
import type { Admission } from './admission.ts'
import { type Handshake, watchHandshake } from './handshake.ts'
import { ConnectionBroken, forwardBytes } from './http/forward-bytes.ts'
import { createHeadCollector } from './http/head-collector.ts'
import { readHead } from './http/read-head.ts'
import { errorResponse, ProxyPage, RequestError } from './http/request-error.ts'
import { createRequestReader, type Request, type RequestReader } from './request-reader.ts'
import { createRequestScanner } from './request-scanner.ts'

export interface ConnectionOptions {
  readonly admission: Admission
  /** For https, verifies the gateway's certificate. @throws GatewayConnectionError */
  connect(): Promise<Duplex>
  /** @param beginning of the first response @throws ProxyPage if a proxy answers in place of the gateway */
  checkResponse?(beginning: Buffer): Promise<void>
  /** Called when the first request is admitted. */
  onAdmitted(): void
  /** Called when all bytes of the client, and its end, have been forwarded. */
  onForwarded(): void
}

/** Milliseconds for the client to read an error response before the connection is closed. */
const lingerTime = 1_000

/**
 * Changes only the headers of requests (see `admitFields`), and forwards all other bytes with backpressure. Also
 * forwards the end of each direction, and broken connections. Never rejects.
 */
export async function serveConnection(client: Socket, options: ConnectionOptions): Promise<void> {
  const read = createRequestReader(options.admission)
  let gateway: Duplex | null = null
  try {
    const first = await firstRequest(client, read)
    if (first === null) return void client.end()
    options.onAdmitted()
    gateway = await options.connect()
    await join(first, { ...options, client, gateway, read })
  } catch (error) {
    gateway?.destroy()
    const response = isGatewayConnectionError(error) ? new RequestError(502, error.convoxMessage) : error
    // After the first forwarded bytes, convox could mistake the relay's response for a response of the gateway.
    const isFirst = gateway === null || response instanceof ProxyPage
    if (isFirst && response instanceof RequestError) sendError(client, response)
    else client.resetAndDestroy()
  }
}

/**
 * Reads the first header. The bytes after it stay readable.
 *
 * @returns null if the client ends the connection without a request
 * @throws RequestError, ConnectionBroken
 */
function firstRequest(client: Socket, read: RequestReader): Promise<Request | null> {
  const heads = createHeadCollector()
  return new Promise((resolve, reject) => {
    function onData(bytes: Buffer): void {
      try {
        const collected = heads.take(bytes)
        if (collected === null) return
        stop()
        client.unshift(collected.rest)
        resolve(read(collected.head))
      } catch (error) {
        stop()
        reject(error)
      }
    }
    function onEnd(): void {
      stop()
      if (heads.isIncomplete) reject(new ConnectionBroken())
      else resolve(null)
    }
    function onClose(): void {
      reject(new ConnectionBroken())
    }
    function stop(): void {
      client.pause().off('data', onData).off('end', onEnd).off('close', onClose)
    }
    client.on('data', onData).on('end', onEnd).on('close', onClose)
  })
}

interface JoinedConnections extends ConnectionOptions {
  readonly client: Socket
  readonly gateway: Duplex
  readonly read: RequestReader
}

/** @throws RequestError, ConnectionBroken */
async function join(
  first: Request,
  { client, gateway, read, checkResponse, onForwarded }: JoinedConnections,
): Promise<void> {
  const requests = createRequestScanner(first.framing, read)
  // A handshake must be the first request of a connection, so that the first response belongs to the handshake.
  const handshake = first.framing.kind === 'websocket' ? watchHandshake() : null
  gateway.write(first.head)

  async function forwardResponses(): Promise<void> {
    const scan = handshake?.scan ?? unchanged
    const beginning = await readHead(gateway, client)
    await checkResponse?.(beginning)
    if (beginning.length > 0) client.write(scan(beginning))
    await forwardBytes(gateway, client, scan)
    client.end()
  }
  async function forwardRequests(): Promise<void> {
    const isWebsocket = handshake !== null && (await waitForHandshake(handshake, client, gateway))
    await forwardBytes(client, gateway, isWebsocket ? unchanged : requests.scan)
    if (requests.isIncomplete) throw new ConnectionBroken()
    gateway.end(onForwarded)
  }
  await Promise.all([forwardResponses(), forwardRequests()])
}

/**
 * Holds back bytes of the client until the gateway accepts or rejects the handshake.
 *
 * @returns whether the gateway accepts the websocket; false if either connection ends first
 */
async function waitForHandshake({ accepted }: Handshake, client: Socket, gateway: Duplex): Promise<boolean> {
  function hold(bytes: Buffer): void {
    client.pause().unshift(bytes)
  }
  client.on('data', hold).resume()
  const ends = [client, gateway].map((socket) => once(socket, 'end').then(() => false))
  const isWebsocket = await Promise.race([accepted, ...ends])
  client.off('data', hold).pause()
  return isWebsocket
}

function unchanged(bytes: Buffer): Buffer {
  return bytes
}

/** Discards further bytes of the client, because unread bytes could make the system drop the response. */
function sendError(client: Socket, error: RequestError): void {
  const timer = setTimeout(() => client.destroy(), lingerTime)
  client.on('close', () => clearTimeout(timer))
  client.resume().end(errorResponse(error))
}
