import { once } from 'node:events'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { isGatewayFailure } from '../../gateway/tls/gateway-failure.ts'
import type { Admission } from './admission.ts'
import { type Handshake, watchHandshake } from './handshake.ts'
import { BrokenOff, flow } from './http/flow.ts'
import { createHeadCollector } from './http/head-collector.ts'
import { answerOf, Refusal } from './http/refusal.ts'
import { createRequestReader, type Request, type RequestReader } from './request-reader.ts'
import { createRequestScanner } from './request-scanner.ts'

export interface ConnectionOptions {
  readonly admission: Admission
  /** A connection to the gateway, whose certificate has been verified. @throws GatewayFailure */
  connect(): Promise<Duplex>
  /** Called once it has shown the password. */
  onAdmitted(): void
  /** Called once all that was sent has been passed on, to the end. */
  onPassedOn(): void
}

/** Milliseconds for who is refused to read why. */
const lingering = 1_000

/**
 * Joins one connection of convox's with one to the gateway, for as long as both live. Every head is read, and passes only
 * if it shows the password; all else is passed on as it comes, at the speed of who reads it. The end of a direction, and a
 * break, are passed on too. Never rejects.
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
    const refusal = isGatewayFailure(error) ? new Refusal(502, error.told) : error
    // Once something was passed on, an answer of ours could be taken for one of the gateway's.
    if (gateway === null && refusal instanceof Refusal) refuse(client, refusal)
    else client.resetAndDestroy()
  }
}

/** What follows its head stays to be read. Null when none comes. @throws Refusal, BrokenOff */
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
      if (heads.isWithin) reject(new BrokenOff())
      else resolve(null)
    }
    function onClose(): void {
      reject(new BrokenOff())
    }
    function stop(): void {
      client.pause().off('data', onData).off('end', onEnd).off('close', onClose)
    }
    client.on('data', onData).on('end', onEnd).on('close', onClose)
  })
}

interface Joined extends ConnectionOptions {
  readonly client: Socket
  readonly gateway: Duplex
  readonly read: RequestReader
}

/** @throws Refusal, BrokenOff */
async function join(first: Request, { client, gateway, read, onPassedOn }: Joined): Promise<void> {
  const requests = createRequestScanner(first.framing, read)
  // Only on a connection of its own is it known which answer is the handshake's.
  const handshake = first.framing.kind === 'websocket' ? watchHandshake() : null
  gateway.write(first.head)

  async function passAnswers(): Promise<void> {
    await flow(gateway, client, handshake?.pass ?? asItIs)
    client.end()
  }
  async function passRequests(): Promise<void> {
    const isWebsocket = handshake !== null && (await whetherAccepted(handshake, client, gateway))
    await flow(client, gateway, isWebsocket ? asItIs : requests.scan)
    if (requests.isWithin) throw new BrokenOff()
    gateway.end(onPassedOn)
  }
  await Promise.all([passAnswers(), passRequests()])
}

/** What comes before the answer waits for it; an end doesn't. */
async function whetherAccepted({ accepted }: Handshake, client: Socket, gateway: Duplex): Promise<boolean> {
  function hold(bytes: Buffer): void {
    client.pause().unshift(bytes)
  }
  client.on('data', hold).resume()
  const ends = [client, gateway].map((socket) => once(socket, 'end').then(() => false))
  const isWebsocket = await Promise.race([accepted, ...ends])
  client.off('data', hold).pause()
  return isWebsocket
}

function asItIs(bytes: Buffer): Buffer {
  return bytes
}

/** What is still sent is read and forgotten, or the answer could be lost with it. */
function refuse(client: Socket, refusal: Refusal): void {
  const timer = setTimeout(() => client.destroy(), lingering)
  client.on('close', () => clearTimeout(timer))
  client.resume().end(answerOf(refusal))
}
